"""The questions that directory.places asks of the gazetteer."""

_PLACE = """
select p.id, p.name, p.folded, p.kind, p.area_code, p.precision_m, p.population,
  ST_X(p.geog::geometry) as lon, ST_Y(p.geog::geometry) as lat,
  case when p.kind = 'locality' then 'locality' else coalesce(own.kind, 'locality') end as precision,
  case when own.kind = 'comuna' then own.name end as comuna,
  coalesce(top.name, middle.name, own.name) as region
from hits h
join place p on p.id = h.id
left join area own on own.code = p.area_code
left join area middle on middle.code = own.parent_code
left join area top on top.code = middle.parent_code
"""
# Equal and beginning names by the plain index, likeness by the nearest in the trigram index. A folded text
# has letters, digits and blanks only, so that it means nothing to LIKE. The text is folded once, before.
BY_NAME = """
with asked as materialized (select cercana_fold(:asked) as folded),
hits as (
  (select id from place where folded = (select folded from asked)
   order by population desc nulls last, id limit :candidates)
  union
  (select id from place
   where folded like (select folded || '%' from asked)
   order by population desc nulls last, id limit :candidates)
  union
  (select id from place order by folded <-> (select folded from asked) limit :candidates)
)
"""
BY_ID = """
with hits as (select cast(:id as bigint) as id)
"""
BY_NAME += _PLACE
BY_ID += _PLACE
# An alias of one area ("Valpo") means every area of that area's name: comuna, province and region.
AREAS_WITHIN = """
with recursive asked as materialized (select cercana_fold(:asked) as folded),
near as (
  select area_code, folded from place where kind <> 'locality'
  order by folded <-> (select folded from asked) limit 20),
within as (
  select namesake.code
  from near join asked on similarity(near.folded, asked.folded) >= 0.5
  join area on area.code = near.area_code
  join area namesake on namesake.name = area.name and (cast(:kind as text) is null or namesake.kind = :kind)
  union
  select below.code from within join area below on below.parent_code = within.code
)
select code from within
"""
