"""Files, labels, shapes and attributes: to be looked at. They are changed by imports and by labelling."""

from __future__ import annotations

from django.contrib import admin

from config.admin import HappenedFilter, ViewOnlyAdmin, ViewOnlyInline
from datasets_app.models import Attribute, AttributeValue, File, Label, Shape


@admin.register(File)
class FileAdmin(ViewOnlyAdmin):
    list_display = ("file_id", "position", "dataset", "width", "height")
    list_filter = ("dataset__client", "dataset__dataset_type")
    list_select_related = ("dataset",)
    search_fields = ("file_id", "dataset__dataset_name", "dataset__dataset_id")
    ordering = ("-dataset_id", "position")


class ShapeInline(ViewOnlyInline):
    model = Shape
    fields = ("file", "sensor_id", "labeller_email", "geometry", "attributes")


@admin.register(Label)
class LabelAdmin(ViewOnlyAdmin):
    list_display = ("label_id", "label_category_id", "label_type", "file", "dataset", "version", "withdrawn_at")
    list_filter = ("label_type", ("withdrawn_at", HappenedFilter), "dataset__client")
    list_select_related = ("dataset", "file")
    search_fields = ("label_id", "file__file_id", "dataset__dataset_name", "dataset__dataset_id")
    ordering = ("-pk",)
    inlines = (ShapeInline,)


@admin.register(Shape)
class ShapeAdmin(ViewOnlyAdmin):
    list_display = ("label", "file", "sensor_id", "labeller_email", "updated_at")
    list_filter = ("label__label_type", "label__dataset__client")
    list_select_related = ("label", "file")
    search_fields = ("label__label_id", "file__file_id", "labeller_email", "label__dataset__dataset_id")
    ordering = ("-pk",)


@admin.register(Attribute)
class AttributeAdmin(ViewOnlyAdmin):
    list_display = ("attribute_id", "level", "dataset", "position", "options")
    list_filter = ("level", "dataset__client")
    list_select_related = ("dataset",)
    search_fields = ("attribute_id", "dataset__dataset_name", "dataset__dataset_id")
    ordering = ("-dataset_id", "position")


@admin.register(AttributeValue)
class AttributeValueAdmin(ViewOnlyAdmin):
    list_display = ("attribute", "file", "value", "updated_at")
    list_filter = ("attribute__level", "attribute__dataset__client")
    list_select_related = ("attribute", "file")
    search_fields = ("attribute__attribute_id", "file__file_id", "attribute__dataset__dataset_id")
    ordering = ("-pk",)
