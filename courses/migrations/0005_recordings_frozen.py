"""A recording of a published version, and its captions, are frozen as its texts are."""

from django.db import migrations, models

FROZEN = """
CREATE FUNCTION courses_media_is_published(media bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM courses_block b
        JOIN courses_lesson l ON l.id = b.lesson_id
        JOIN courses_module m ON m.id = l.module_id
        JOIN courses_courseversion v ON v.id = m.version_id
        WHERE b.media_id = media AND v.state <> 'draft')
$$;
CREATE FUNCTION courses_media_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF courses_media_is_published(OLD.id) THEN
        RAISE EXCEPTION 'A recording of a published version is frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER courses_media_frozen BEFORE UPDATE OR DELETE
    ON courses_media FOR EACH ROW EXECUTE FUNCTION courses_media_is_frozen();
CREATE FUNCTION courses_texttrack_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND courses_media_is_published(OLD.media_id)
    OR TG_OP <> 'DELETE' AND courses_media_is_published(NEW.media_id) THEN
        RAISE EXCEPTION 'The captions of a published version are frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER courses_texttrack_frozen BEFORE INSERT OR UPDATE OR DELETE
    ON courses_texttrack FOR EACH ROW EXECUTE FUNCTION courses_texttrack_is_frozen();
"""
THAWED = """
DROP TRIGGER courses_texttrack_frozen ON courses_texttrack;
DROP TRIGGER courses_media_frozen ON courses_media;
DROP FUNCTION courses_texttrack_is_frozen();
DROP FUNCTION courses_media_is_frozen();
DROP FUNCTION courses_media_is_published(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_share_is_shown")]

    operations = [
        # A copy with other captions has the same bytes.
        migrations.AlterField(
            model_name="media",
            name="sha256",
            field=models.CharField(
                editable=False, max_length=64, verbose_name="SHA-256"
            ),
        ),
        migrations.RunSQL(FROZEN, THAWED),
    ]
