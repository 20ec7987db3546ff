"""The SQL that turns HSDS rows into searched rows. directory.projection runs it.

What offers share (service, area, source) is put together once in a temporary table each, so that the work
done for each offer stays small. Places that are protected lose here, and only here, their point, address,
locality and directions.
"""

# Every code that an offer may be filtered by. Counted by hand, not by the sequence: what is rolled back (every
# check of a file) must leave no gaps, because the index has one bit per code. None is ever taken back.
FACETS = """
insert into facet (code, kind, key)
select (select coalesce(max(code), 0) from facet) + row_number() over (order by wanted.kind, wanted.key),
  wanted.kind, wanted.key
from (
  select 'need' as kind, code as key from taxonomy_term
  union
  select 'facility', unnest(cast(:facilities as text[]))
  union
  select 'kind', kind from service_at_location where id in (select id from pg_temp.touched)
) wanted
where not exists (select from facet f where f.kind = wanted.kind and f.key = wanted.key)
"""

# A need counts with everything it lies under: who asks for treatment finds outpatient treatment.
SERVICES = """
create temporary table shared_service on commit drop as
with recursive above as (
  select id as term_id, id as ancestor_id from taxonomy_term
  union
  select a.term_id, t.parent_id from above a join taxonomy_term t on t.id = a.ancestor_id
  where t.parent_id is not null
),
need as (
  select n.link_id as service_id, n.id as place, t.id as term_id, t.code, t.name, t.sensitive,
    (select string_agg(y.words, ' ' order by y.words) from synonym y where y.term_id = t.id) as synonyms
  from attribute n join taxonomy_term t on t.id = n.taxonomy_term_id
  where n.link_entity = 'service' and n.link_type = 'need'
    and n.link_id in (select service_id from service_at_location where id in (select id from pg_temp.touched))
),
needs as (
  select service_id, jsonb_agg(code order by place) as codes, bool_or(sensitive) as sensitive,
    string_agg(concat_ws(' ', name, synonyms), ' ' order by place) as words
  from need group by service_id
),
facets as (
  select n.service_id, array_agg(distinct f.code order by f.code) as codes
  from need n join above a on a.term_id = n.term_id join taxonomy_term t on t.id = a.ancestor_id
  join facet f on f.kind = 'need' and f.key = t.code
  group by n.service_id
)
select s.id, s.name, s.description, coalesce(s.email, g.email) as email, coalesce(s.url, g.website) as url,
  s.application_process, s.eligibility_description, s.eligibility, s.service_minutes, s.alert, s.status,
  g.id as organization_id, g.name as organization,
  coalesce(n.codes, '[]') as needs, coalesce(n.sensitive, false) as sensitive,
  coalesce(f.codes, '{}') as facets,
  coalesce((
    select jsonb_agg(jsonb_build_object('option', c.option, 'amount', c.amount,
      'currency', coalesce(c.currency, ''), 'description', c.amount_description) order by c.id)
    from cost_option c where c.service_id = s.id), '[]') as costs,
  coalesce((
    select jsonb_agg(d.document order by d.id) from required_document d where d.service_id = s.id), '[]'
  ) as documents,
  to_tsvector('spanish', cercana_stemmable(concat_ws(' ', s.name, g.name, n.words))) as search
from service s join organization g on g.id = s.organization_id
left join needs n on n.service_id = s.id left join facets f on f.service_id = s.id
where s.id in (select service_id from service_at_location where id in (select id from pg_temp.touched))
"""

AREAS = """
create temporary table shared_area on commit drop as
with recursive above as (
  select code, code as ancestor from area
  union
  select a.code, p.parent_code from above a join area p on p.code = a.ancestor where p.parent_code is not null
)
select a.code, a.name, a.seat,
  jsonb_build_object('code', a.code, 'name', a.name, 'region', (
    select r.name from above u join area r on r.code = u.ancestor and r.kind = 'region' where u.code = a.code
  )) as card,
  to_tsvector('spanish', cercana_stemmable(a.name)) as search
from area a
"""

SOURCES = """
create temporary table shared_source on commit drop as
select id, demonstration, jsonb_build_object('id', id, 'title', title, 'publisher', publisher) as card
from source
"""

ACTIVE = """
create temporary table active on commit drop as
select o.id, exists (select from offer f where f.id = o.id) as shown
from pg_temp.touched w join service_at_location o on o.id = w.id
join pg_temp.shared_service s on s.id = o.service_id
where o.withdrawn_at is null and s.status = 'active'
  and (o.valid_to is null or o.valid_to >= current_date - cast(:ended_days as integer))
"""

# Facilities: every distinct answer is a bit, so that a place's answers are one number, and the sets of
# answers, of which there are few however many places, are put together once each.
ANSWERS = """
create temporary table shared_answer on commit drop as
select facility, answer, row_number() over (order by facility, answer) - 1 as place
from (select distinct facility, answer from accessibility where location_id in (
  select o.location_id from pg_temp.active w join service_at_location o on o.id = w.id)) said
"""
PLACES = """
create temporary table shared_place on commit drop as
select x.location_id, bit_or(1::bigint << n.place::integer) as answers
from accessibility x join pg_temp.shared_answer n on n.facility = x.facility and n.answer = x.answer
where x.location_id in (
  select o.location_id from pg_temp.active w join service_at_location o on o.id = w.id)
group by x.location_id
"""
FACILITIES = """
create temporary table shared_facility on commit drop as
select said.answers, jsonb_object_agg(n.facility, n.answer) as card,
  array_agg(f.code order by f.code) filter (where n.answer = 'yes') as facets
from (select distinct answers from pg_temp.shared_place) said
join pg_temp.shared_answer n on said.answers & (1::bigint << n.place::integer) <> 0
join facet f on f.kind = 'facility' and f.key = n.facility
group by said.answers
"""

COLUMNS = (
    "location_id", "kind", "geog", "facets", "timetable_id", "zone", "area_code", "eligibility",
    "service_minutes", "card", "search",
)  # fmt: skip

ROWS = """
select o.id, o.location_id, o.kind,
  case l.visibility when 'full' then l.geog when 'approximate' then a.seat end as geog,
  s.facets || coalesce(y.facets, '{}') || k.code as facets,
  t.id as timetable_id, l.zone, l.area_code, s.eligibility, s.service_minutes,
  jsonb_build_object(
    'name', coalesce(l.name, s.name), 'service', s.name, 'service_id', s.id,
    'organization', s.organization, 'organization_id', s.organization_id, 'location_id', l.id,
    'description', coalesce(o.description, s.description),
    'address', case when l.visibility = 'full' then nullif(d.address_1, '') end,
    'locality', case when l.visibility = 'full' and d.city is distinct from a.name
      then nullif(d.city, '') end,
    'area', a.card,
    'phones', coalesce(p.phones, '[]'),
    'email', s.email, 'url', s.url, 'costs', s.costs, 'documents', s.documents,
    'application_process', s.application_process, 'eligibility_text', s.eligibility_description,
    'facilities', coalesce(y.card, '{}'),
    'needs', s.needs, 'hours', coalesce(o.hours, '[]'),
    'transportation', case when l.visibility = 'full' then l.transportation end,
    'alert', s.alert, 'sensitive', s.sensitive, 'demonstration', r.demonstration,
    'capacity', c.capacity,
    'position', jsonb_build_object(
      'source', case l.visibility when 'full' then l.position_source
        when 'approximate' then case when a.seat is not null then 'comuna_seat' end end,
      'precision_m', case l.visibility when 'full' then l.precision_m
        when 'approximate' then
          case when a.seat is not null then cast(%(seat_precision_m)s as float8) end end,
      'visibility', l.visibility),
    'verified_on', o.verified_on, 'source', r.card
  ) as card,
  s.search || coalesce(a.search, '')
    || to_tsvector('spanish', cercana_stemmable(coalesce(l.name, ''))) as search
from pg_temp.active w
join service_at_location o on o.id = w.id
join pg_temp.shared_service s on s.id = o.service_id
join location l on l.id = o.location_id
join pg_temp.shared_source r on r.id = o.source_id
join facet k on k.kind = 'kind' and k.key = o.kind
left join pg_temp.shared_area a on a.code = l.area_code
left join timetable t on t.key = o.timetable_key
left join pg_temp.shared_place v on v.location_id = l.id
left join pg_temp.shared_facility y on y.answers = v.answers
left join (
  select distinct on (location_id) location_id, address_1, city from address
  where location_id in (
    select o.location_id from pg_temp.active w join service_at_location o on o.id = w.id)
  order by location_id, id
) d on d.location_id = l.id
left join (
  select service_at_location_id, jsonb_agg(jsonb_build_object('number', number,
    'type', coalesce(type, 'voice'), 'extension', extension, 'description', description)
    order by id) as phones
  from phone where service_at_location_id in (select id from pg_temp.active)
  group by service_at_location_id
) p on p.service_at_location_id = o.id
left join (
  select distinct on (q.service_at_location_id) q.service_at_location_id,
    jsonb_build_object('unit', u.name, 'available', q.available, 'maximum', q.maximum,
      'updated', to_char(q.updated at time zone 'UTC', 'YYYY-MM-DD')) as capacity
  from service_capacity q join unit u on u.id = q.unit_id
  where q.service_at_location_id in (select id from pg_temp.active)
  order by q.service_at_location_id, q.updated desc, q.id
) c on c.service_at_location_id = o.id
where w.shown = %(shown)s
"""

# Words of what is offered, each with how often it is there. Raw words first: few are distinct.
WORDS = """
with said as (
  select w.word, count(*) as times
  from service_at_location o join offer f on f.id = o.id join location l on l.id = o.location_id
  cross join lateral string_to_table(lower(l.name), ' ') as w(word)
  group by w.word
  union all
  select w.word, sum(held.times)
  from (
    select o.service_id, count(*) as times from service_at_location o join offer f on f.id = o.id group by 1
  ) held
  join service s on s.id = held.service_id join organization g on g.id = s.organization_id
  left join lateral (
    select string_agg(concat_ws(' ', t.name, y.words), ' ') as words
    from attribute n join taxonomy_term t on t.id = n.taxonomy_term_id left join synonym y on y.term_id = t.id
    where n.link_id = s.id and n.link_type = 'need'
  ) n on true
  cross join lateral (
    select distinct string_to_table(lower(concat_ws(' ', s.name, g.name, n.words)), ' ')
  ) as w(word)
  group by w.word
  union all
  select w.word, sum(held.times)
  from (select f.area_code, count(*) as times from offer f group by 1) held
  join area a on a.code = held.area_code
  cross join lateral string_to_table(lower(a.name), ' ') as w(word)
  group by w.word
),
folded as (
  select w.word, least(sum(said.times), 2147483647)::integer as offers
  from said cross join lateral string_to_table(cercana_fold(said.word), ' ') as w(word)
  where length(w.word) > 2
  group by w.word
),
gone as (delete from word where word not in (select word from folded))
insert into word (word, offers) select word, offers from folded order by word
on conflict (word) do update set offers = excluded.offers where word.offers <> excluded.offers
"""
