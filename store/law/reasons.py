"""Every reason there is to refuse, for the catalogues: message key `refused.<reason>`, and the facts that fill it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # reason -> facts. A fact in capitals is a pair of texts {"zh": …, "en": …}; the others are plain values.
        "unknown_verb": ("verb",),
        "not_found": ("number",),
        "wrong_state": ("number", "VERB", "STATE", "POSSIBLE"),
        "wrong_state_nothing": ("number", "VERB", "STATE"),  # nothing is possible for this person just now
        "wrong_person": ("number", "VERB", "WHO", "POSSIBLE"),
        "wrong_person_nothing": ("number", "VERB", "WHO"),
        "missing_text_or_photo": ("VERB",),
        "missing_text": ("VERB",),
        "missing_merchant": ("VERB",),
        "missing_place": ("VERB",),
        "missing_indicator": ("VERB",),
        "missing_authority": ("VERB",),
        "missing_opinion": ("VERB",),
        "missing_severity": ("VERB",),
        "missing_scope": ("VERB",),
        "missing_department": ("VERB",),
        "missing_assignee": ("VERB",),
        "missing_problem": ("VERB",),
        "missing_cause": ("VERB",),
        "missing_proof": ("VERB",),  # a photo or a place
        "missing_measures": ("VERB",),
        "missing_photos": ("VERB",),
        "missing_photo_or_reason": ("VERB",),
        "missing_days": ("VERB",),
        "missing_review_on": ("VERB",),
        "missing_rung": ("VERB",),
        "missing_task": ("VERB",),
        "missing_override_reason": ("VERB", "DEPARTMENT"),  # the indicator's own department
        "bad_field": ("field",),
        "too_long": ("field", "limit"),
        "merchant_unknown": ("licence_no",),
        "indicator_unknown": ("code",),
        "evidence_unknown": (),
        "person_unknown": ("userid",),
        "county_unknown": ("number",),
        "observed_in_future": (),
        "nobody_to_ask": ("number",),  # data gave rise to the clue
        "too_early": ("number", "days"),
        "assignee_elsewhere": ("name", "DEPARTMENT"),  # sits in none of the departments that were named
        "assignee_involved": ("name",),  # an internal matter accuses them or somebody in their line
        "assignee_has_task": ("name", "number"),
        "department_without_assignee": ("DEPARTMENT",),
        "other_department": ("name",),  # an assignee hands on within the own department only
        "problem_closed": ("number", "STATE"),
        "problem_elsewhere": ("number",),  # belongs to another county
        "task_unknown": ("userid", "number"),
        "assistants_open": ("names",),
        "date_in_past": ("day",),
        "already_asked": ("number",),
        "too_soon": ("number", "until", "hours"),
        "already_warned": ("number",),
        "already_sampled": ("number",),
        "recheck_not_by": ("name",),  # handled or verified it
    }
)
