from django.urls import path

from courses.views import catalogue, certificates, learning, testing

app_name = "courses"

urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("mine/", learning.mine, name="mine"),
    path("mine/results/", learning.results, name="results"),
    path("mine/resume/", learning.resume, name="resume"),
    path("mine/claim/", learning.take_over, name="claim"),
    path("learn/<slug:public_id>/", learning.learn, name="learn"),
    path("learn/<slug:public_id>/<int:number>/", learning.lesson, name="lesson"),
    path(
        "learn/<slug:public_id>/choose/<int:block_id>/", learning.choose, name="choose"
    ),
    path("learn/<slug:public_id>/test/<int:quiz_id>/", testing.quiz, name="quiz"),
    path("learn/<slug:public_id>/certificate/", certificates.issue, name="certificate"),
    path("attempts/<slug:public_id>/", testing.attempt, name="attempt"),
    path("attempts/<slug:public_id>/save/", testing.save, name="save"),
    path("attempts/<slug:public_id>/result/", testing.result, name="result"),
    path("media/<int:media_id>/", catalogue.media, name="media"),
    path(
        "media/<int:media_id>/<slug:language>.vtt", catalogue.captions, name="captions"
    ),
    path("<slug:slug>/", catalogue.course, name="course"),
    path("<slug:slug>/start/", learning.start, name="start"),
]
