"""What the application answers."""

from django.urls import path

from shop import views

urlpatterns = [
    path("orders/", views.orders),
    path("orders/open/", views.open_an_order),
    path("orders/aopen/", views.aopen_an_order),
    path("orders/stream/", views.stream),
]
