from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("write/", views.write, name="write"),
    path("kept/", views.kept, name="kept"),
    path("receipt/", views.receipt, name="receipt"),
    path("case/", views.case, name="case"),
    path("proof/", views.check_proof, name="proof"),
    path("statistics/", views.statistics, name="statistics"),
    path("feed/<slug:token>/", views.feed, name="feed"),
    path("leave/", views.leave, name="leave"),
]
