"""Published means frozen: the database itself refuses to change it."""

from django.db import migrations

VERSION = """
CREATE FUNCTION courses_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND NEW.state = 'retired'
        AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published version of a course is frozen'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER courses_version_frozen BEFORE UPDATE OR DELETE
    ON courses_courseversion FOR EACH ROW
    EXECUTE FUNCTION courses_version_is_frozen();
"""

# For each table of content: how a row finds its version.
PATHS = {
    "module": "SELECT {row}.version_id",
    "lesson": "SELECT version_id FROM courses_module WHERE id = {row}.module_id",
    "block": (
        "SELECT m.version_id FROM courses_lesson l"
        " JOIN courses_module m ON m.id = l.module_id WHERE l.id = {row}.lesson_id"
    ),
    "blocktext": (
        "SELECT m.version_id FROM courses_block b"
        " JOIN courses_lesson l ON l.id = b.lesson_id"
        " JOIN courses_module m ON m.id = l.module_id WHERE b.id = {row}.block_id"
    ),
    "quiz": "SELECT {row}.version_id",
    "quizslot": "SELECT version_id FROM courses_quiz WHERE id = {row}.quiz_id",
    "slotquestion": (
        "SELECT q.version_id FROM courses_quizslot s"
        " JOIN courses_quiz q ON q.id = s.quiz_id WHERE s.id = {row}.slot_id"
    ),
}
CONTENT = """
CREATE FUNCTION courses_{table}_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (SELECT FROM courses_courseversion v
        WHERE v.id = ({old}) AND v.state <> 'draft')
    OR TG_OP <> 'DELETE' AND EXISTS (SELECT FROM courses_courseversion v
        WHERE v.id = ({new}) AND v.state <> 'draft') THEN
        RAISE EXCEPTION 'The content of a published version is frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER courses_{table}_frozen BEFORE INSERT OR UPDATE OR DELETE
    ON courses_{table} FOR EACH ROW EXECUTE FUNCTION courses_{table}_is_frozen();
"""

QUESTION = """
CREATE FUNCTION courses_question_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM courses_attemptitem WHERE question_id = OLD.id)
    OR EXISTS (SELECT FROM courses_slotquestion p
        JOIN courses_quizslot s ON s.id = p.slot_id
        JOIN courses_quiz q ON q.id = s.quiz_id
        JOIN courses_courseversion v ON v.id = q.version_id
        WHERE p.question_id = OLD.id AND v.state <> 'draft') THEN
        RAISE EXCEPTION 'A question that was used is frozen: write a new version'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER courses_question_frozen BEFORE UPDATE OR DELETE
    ON courses_questionversion FOR EACH ROW
    EXECUTE FUNCTION courses_question_is_frozen();
"""

LOG = """
CREATE FUNCTION courses_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER courses_regrade_kept BEFORE UPDATE OR DELETE
    ON courses_regrade FOR EACH ROW EXECUTE FUNCTION courses_log_is_kept();
CREATE TRIGGER courses_trainedshare_kept BEFORE UPDATE OR DELETE
    ON courses_trainedshare FOR EACH ROW EXECUTE FUNCTION courses_log_is_kept();
CREATE FUNCTION courses_certificate_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'valid'
        AND to_jsonb(NEW) - '{status,reason}'::text[]
            = to_jsonb(OLD) - '{status,reason}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A certificate is only replaced or revoked'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER courses_certificate_kept BEFORE UPDATE OR DELETE
    ON courses_certificate FOR EACH ROW EXECUTE FUNCTION courses_certificate_is_kept();
"""


def content(table: str) -> migrations.RunSQL:
    path = PATHS[table]
    return migrations.RunSQL(
        CONTENT.format(
            table=table, old=path.format(row="OLD"), new=path.format(row="NEW")
        ),
        f"DROP TRIGGER courses_{table}_frozen ON courses_{table};"
        f"DROP FUNCTION courses_{table}_is_frozen();",
    )


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_courses")]

    operations = [
        migrations.RunSQL(
            VERSION,
            "DROP TRIGGER courses_version_frozen ON courses_courseversion;"
            "DROP FUNCTION courses_version_is_frozen();",
        ),
        *[content(table) for table in PATHS],
        migrations.RunSQL(
            QUESTION,
            "DROP TRIGGER courses_question_frozen ON courses_questionversion;"
            "DROP FUNCTION courses_question_is_frozen();",
        ),
        migrations.RunSQL(
            LOG,
            "DROP TRIGGER courses_certificate_kept ON courses_certificate;"
            "DROP TRIGGER courses_trainedshare_kept ON courses_trainedshare;"
            "DROP TRIGGER courses_regrade_kept ON courses_regrade;"
            "DROP FUNCTION courses_certificate_is_kept();"
            "DROP FUNCTION courses_log_is_kept();",
        ),
    ]
