from courses.admin import authoring, organisations, questions

__all__ = ["authoring", "organisations", "questions"]
