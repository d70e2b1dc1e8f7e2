from django.urls import path

from surveys.views import answering, pages

app_name = "surveys"

urlpatterns = [
    path("", pages.surveys, name="surveys"),
    path("actions/", pages.actions, name="actions"),
    path("answer/<slug:public_id>/", answering.answer, name="answer"),
    path("answer/<slug:public_id>/resume/", answering.resume, name="resume"),
    path("answer/<slug:public_id>/thanks/", answering.thanks, name="thanks"),
    path("results/<slug:public_id>/", pages.results, name="results"),
    path(
        "results/<slug:public_id>/export/<slug:file_format>/",
        pages.export,
        name="export",
    ),
    path(
        "results/<slug:public_id>/releases/<int:number>/",
        pages.release,
        name="release",
    ),
    path(
        "results/<slug:public_id>/releases/<int:number>/<slug:file_format>/",
        pages.release_file,
        name="release_file",
    ),
    path("<slug:code>/", pages.survey, name="survey"),
    path("<slug:code>/trends/", pages.trends, name="trends"),
    path(
        "<slug:code>/questionnaires/<int:number>/<slug:kind>/",
        pages.questionnaire_file,
        name="questionnaire_file",
    ),
]
