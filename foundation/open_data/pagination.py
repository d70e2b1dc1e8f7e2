from rest_framework.pagination import CursorPagination


class KeySetPagination(CursorPagination):
    """Pages by key: page 10,000 costs what page 1 costs."""

    ordering = "pk"
    page_size_query_param = "page_size"
    max_page_size = 1000
