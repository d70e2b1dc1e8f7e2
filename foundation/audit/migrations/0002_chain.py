from django.db import migrations

CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE previous audit_auditevent%ROWTYPE;
BEGIN
    -- One writer at a time, else two events would follow the same one.
    PERFORM pg_advisory_xact_lock(hashtext('audit_chain'));
    SELECT * INTO previous FROM audit_auditevent ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(previous.id, 0) + 1;
    NEW.hash := encode(sha256(convert_to(concat_ws(E'\\x1f',
        coalesce(previous.hash, ''),
        NEW.id,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        coalesce(NEW.actor_id::text, ''),
        NEW.action, NEW.target_kind, NEW.target_id, NEW.detail), 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Audit events are append-only';
END $$;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
UNCHAIN = """
DROP TRIGGER audit_no_truncate ON audit_auditevent;
DROP TRIGGER audit_append_only ON audit_auditevent;
DROP TRIGGER audit_chain ON audit_auditevent;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, UNCHAIN)]
