"""Figures for the shop's owner."""

from django.db.models import Sum

from orders.models import Order


def turnover():
    """The sum of all confirmed orders."""
    confirmed = Order.objects.filter(status=Order.Status.CONFIRMED)
    return confirmed.aggregate(sum=Sum("total"))["sum"] or 0
