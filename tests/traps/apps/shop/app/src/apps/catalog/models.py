"""What the shop sells, and what was ordered."""

from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)
    cents = models.PositiveIntegerField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="orders")
    email = models.EmailField()
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.product} for {self.email}"
