/**
 * Words that PostgreSQL (appendix C of its manual, those that cannot be the name of a table or column) or MySQL (chapter 11.3) keeps for
 * itself. A name among them is quoted; one word too many costs a pair of quotes.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  `access add all alter analyse analyze and any array as asc asymmetric authorization before between bigint binary blob both by
  call cascade case cast change char character check collate collation column concurrently condition constraint continue convert create
  cross cube current_catalog current_date current_role current_schema current_time current_timestamp current_user cursor database
  databases date day_hour dec decimal declare default deferrable delayed delete desc describe distinct div do double drop dual each else
  elseif empty enclosed end escaped except exists exit explain false fetch float for force foreign freeze from full fulltext function
  generated get grant group grouping groups having high_priority if ignore ilike in index infile initially inner inout insert int
  integer intersect interval into is isnull iterate join key keys kill lateral leading leave left like limit linear lines load localtime
  localtimestamp lock long loop match maxvalue mod modifies natural not notnull null numeric of off offset on only open optimize option
  optionally or order out outer outfile over overlaps partition percent placing precision primary procedure purge range rank read reads
  real recursive references regexp release rename repeat replace require resignal restrict return returning revoke right rlike row rows
  row_number schema schemas select sensitive separator session_user set show signal similar smallint some spatial specific sql ssl
  starting stored straight_join symmetric system system_user table tablesample terminated text then timestamp to trailing trigger true
  undo union unique unlock unsigned update usage use user using utc_date utc_time utc_timestamp values varbinary varchar variadic varying
  verbose virtual when where while window with write xor year_month zerofill`
    .trim()
    .split(/\s+/),
);
