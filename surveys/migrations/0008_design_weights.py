from django.db import migrations, models

# Design weights are promised with the rest: how an answer counts does not change once
# somebody was asked.
GUARD = """
CREATE OR REPLACE FUNCTION surveys_keep_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.anonymity, NEW.questionnaire_id, NEW.sample, NEW.min_cell, NEW.flush_size,
        NEW.hide_until_close, NEW.splits{more_new})
       IS DISTINCT FROM
       (OLD.anonymity, OLD.questionnaire_id, OLD.sample, OLD.min_cell, OLD.flush_size,
        OLD.hide_until_close, OLD.splits{more_old})
       AND (OLD.state <> 'draft'
            OR EXISTS (SELECT FROM surveys_invitation
                       WHERE wave_id = OLD.id AND spend_hash IS NOT NULL)
            OR EXISTS (SELECT FROM surveys_tokenspend WHERE wave_id = OLD.id)
            OR EXISTS (SELECT FROM surveys_inbox WHERE wave_id = OLD.id)
            OR EXISTS (SELECT FROM surveys_response WHERE wave_id = OLD.id))
    THEN
        RAISE EXCEPTION 'What was promised to those who answer cannot change'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NEW = GUARD.format(more_new=", NEW.strata", more_old=", OLD.strata")
OLD = GUARD.format(more_new="", more_old="")


class Migration(migrations.Migration):
    dependencies = [("surveys", "0007_derived_figures")]
    operations = [
        migrations.RemoveField("invitation", "base_weight"),
        migrations.AddField(
            "wave",
            "strata",
            models.JSONField(
                blank=True,
                default=dict,
                help_text="Where people were drawn with unequal chances, the weight of each stratum: {“town”: 44.2, “village”: 15.1}",
                verbose_name="design weights",
            ),
        ),
        migrations.RunSQL(NEW, OLD),
    ]
