"""Customers and their orders."""

from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=50, unique=True)


class Order(models.Model):
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="orders")
    total = models.IntegerField(default=1)
    shipped = models.BooleanField(default=False)
