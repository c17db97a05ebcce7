"""The site's pages."""

import logging

from django.db import Error, connection, transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lists.forms import ItemForm
from lists.models import Item, List

RECENT_LISTS = 20

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Makes a new list from its first item, and shows the newest lists."""
    form = item_form(request, Item())
    if form.is_valid():
        return redirect(start_list(form))
    return render(request, "lists/home.html", {"form": form, "lists": recent_lists()})


def item_form(request: HttpRequest, item: Item) -> ItemForm:
    """The form for a new item: filled in when it was posted, else empty."""
    if request.method == "POST":
        return ItemForm(request.POST, request.FILES, instance=item)
    return ItemForm(instance=item)


def start_list(form: ItemForm) -> List:
    """Saves a new list with the form's item: both or neither."""
    with transaction.atomic():
        form.instance.list = List.objects.create(title=form.cleaned_data["text"])
        form.save()
    return form.instance.list


def recent_lists() -> QuerySet[List]:
    """The newest lists, each with its counts of items."""
    counts = {"total": Count("items"), "open": Count("items", filter=Q(items__done=False))}
    return List.objects.annotate(**counts).order_by("-created", "-pk")[:RECENT_LISTS]


@require_http_methods(["GET", "HEAD", "POST"])
def list_page(request: HttpRequest, list_id: int) -> HttpResponse:
    """Shows a list, and adds an item to it."""
    todo_list = get_object_or_404(List, pk=list_id)
    form = item_form(request, Item(list=todo_list))
    if form.is_valid():
        form.save()
        return redirect(todo_list)
    items = todo_list.items.all()
    return render(
        request,
        "lists/list.html",
        {
            "list": todo_list,
            "items": items,
            "open": sum(not item.done for item in items),
            "form": form,
        },
    )


@require_POST
def delete_list(_request: HttpRequest, list_id: int) -> HttpResponse:
    """Deletes a list with all its items."""
    get_object_or_404(List, pk=list_id).delete()
    return redirect("home")


@require_POST
def toggle_item(_request: HttpRequest, list_id: int, item_id: int) -> HttpResponse:
    """Ticks an item off, or makes it open again."""
    item = get_object_or_404(Item, pk=item_id, list_id=list_id)
    item.done = not item.done
    item.save(update_fields=["done"])
    return redirect("list", list_id)


@require_POST
def delete_item(_request: HttpRequest, list_id: int, item_id: int) -> HttpResponse:
    """Takes an item off its list."""
    get_object_or_404(Item, pk=item_id, list_id=list_id).delete()
    return redirect("list", list_id)


@require_GET
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """Says "ok" once the database has answered, else the kind of its error."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.exception("The database does not answer.")
        return HttpResponse(type(error).__name__, content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")
