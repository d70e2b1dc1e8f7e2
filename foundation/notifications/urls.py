from django.urls import path

from foundation.notifications import views

app_name = "notifications"

urlpatterns = [
    path("new/", views.new, name="new"),
    path("asked/", views.asked, name="asked"),
    path("confirm/<str:token>/", views.confirm_subscription, name="confirm"),
    path("unsubscribe/<str:token>/", views.stop, name="unsubscribe"),
]
