"""The addresses of lists and their items."""

from django.urls import path

from lists import logins, views

urlpatterns = [
    path("", views.home, name="home"),
    path("lists/<int:list_id>/", views.list_page, name="list"),
    path("lists/<int:list_id>/delete", views.delete_list, name="delete-list"),
    path("lists/<int:list_id>/items/<int:item_id>/toggle", views.toggle_item, name="toggle-item"),
    path("lists/<int:list_id>/items/<int:item_id>/delete", views.delete_item, name="delete-item"),
    path("login", logins.login, name="login"),
    path("login/<str:token>", logins.follow_link, name="follow-link"),
    path("logout", logins.logout, name="logout"),
]
