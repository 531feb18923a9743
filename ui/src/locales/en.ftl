## The app

app-name = Watchkeeper
app-line = Keeps watch over your operation, connected or not
app-version = Version { $version }
loading = Reading…
try-again = Try again
cancel = Cancel
dialog-close = Close
fallen-reload = Open again
skip-to-screen = Skip to the screen

## Navigation

nav-label = Rooms
nav-watch = Watch
nav-queues = Queues
nav-saved = Saved views
nav-saved-of = Saved views of { $queue }
nav-log = Log
nav-reference = Reference
nav-tenant = Tenant
nav-unsaid =
    { $count ->
        [one] 1 setting is to be said before going live
       *[other] { $count } settings are to be said before going live
    }
nav-controls = Controls
nav-switched =
    { $count ->
        [one] 1 switch is not as usual
       *[other] { $count } switches are not as usual
    }
nav-settings = Settings
nav-red-elsewhere =
    { $count ->
        [one] 1 red alert in { $tenants }
       *[other] { $count } red alerts in { $tenants }
    }
nav-red =
    { $count ->
        [one] 1 red alert that nobody has taken
       *[other] { $count } red alerts that nobody has taken
    }
nav-red-stale =
    { $count ->
        [one] 1 red alert when the platform was last heard
       *[other] { $count } red alerts when the platform was last heard
    }
nav-sync = Sync
nav-open = waiting
nav-held = held for you
nav-urgent =
    { $count ->
        [one] 1 is due soon
       *[other] { $count } are due soon
    }
tenant-title =
    { $tenant } · { $zone } · { $operator }
    Profile and appearance
tenant-zone = { $zone } ·
section-on-the-way = On the way

## Values and time

value-none = —
value-hidden = not shown to you
value-yes = yes
value-no = no
value-unknown = The pack does not know this value; it is shown as it came
duration-days = { $days } d { $hours } h
duration-hours = { $hours } h { $minutes }
duration-minutes = { $minutes } min
duration-seconds = { $seconds } s
age = { $duration } ago
money-title = { $amount } ({ $currency })
instant-both = { $theirs } there, { $mine } here
instant-zone = { $zone } · { $mine } here
clock-passed = passed
clock-title = { $what } { $due }
clock-left = { $what } in { $duration }
clock-ago = passed { $duration } ago
clock-before-session = Due before your next session: { $session }, { $at }
clock-still = { $duration } · stands still
clock-waits = { $duration } left once it goes on
clock-if-now = if it goes on now:
clock-stands = Stands still since { $since }: { $what }
clock-part-counts =
    { $what }: { $running ->
        [yes] { $duration } so far, counted all the same
       *[no] { $duration }, counted all the same
    }
clock-part-moves =
    { $what }: { $running ->
        [yes] { $duration } so far, not counted
       *[no] { $duration }, not counted
    }
clock-part-unknown = { $what }: nobody can say for how long, so it moves nothing
clock-utc = { $time } UTC
clock-unsure = Clock unsure
clock-unsure-text = The clock is a guess until the platform answers
size-bytes = { $bytes } B
size-kilobytes = { $size } kB
size-megabytes = { $size } MB

## The five words

word-queued = queued
word-sent = sent
word-confirmed = confirmed
word-refused = refused
word-unknown = unknown

standing-waiting = Waits here for its turn.
standing-in-flight = On its way to the platform.
standing-in-doubt = It was sent and no answer came. The platform is asked for it by its id before it is sent again.
standing-accepted = The platform has it; its provider is at work.
standing-accepted-but = The platform has it.
standing-agreement = The platform has it and has asked.
standing-unknown = Nobody knows yet whether it happened. It is looked up, never sent blindly again.
standing-held-refused = Held for you: it was refused.
standing-held-conflict = Held for you: the record is not what you saw.
standing-held-overtaken = Somebody was sooner: on the platform it is “{ $state }” by now, and yours was not done. Discard it, or look at what is there and decide again.
standing-held-lapsed = Held for you: it was too late.
standing-held-rejected = Held for you: the platform did not understand it.
standing-held-restored = Held for you: the platform lost it.
standing-held-frozen = Held for you, not sent: a switch of the platform stops it. Try it again once that is lifted.
standing-blocked = Waits behind one that is held.
standing-confirmed = Done, and the platform said so.
standing-discarded = Given up; it was not done.

operation-waits-for =
    { $word ->
        [refused] Waits for { $action } on { $title }, which is held for you.
        [unknown] Waits for { $action } on { $title }, of which nobody knows yet whether it happened.
        [sent] Waits for { $action } on { $title }, which the platform has.
       *[other] Waits for { $action } on { $title }, which goes first.
    }
operation-agreement = Open what waits for { $role }
operation-to = → { $value }
operation-theirs = What the platform has
operation-author = by { $author }
operation-attempts =
    { $count ->
        [one] tried once
       *[other] tried { $count } times
    }
operation-next-try = next try
operation-not-after = not after
operation-behind =
    { $count ->
        [one] 1 waits behind it
       *[other] { $count } wait behind it
    }
operation-foreign = made by somebody else, so it does not go out under your name
operation-retry = Try again
operation-amend = Amend…
operation-discard = Discard…
operation-retried = { $action }: back in its lane
operation-discarded = { $action }: discarded
operation-goes-in =
    { $seconds ->
        [one] goes in 1 s
       *[other] goes in { $seconds } s
    }
undo-label = What can be taken back
undo-do = Undo
undo-key = Ctrl Z
undo-one = { $action }: { $title }
undo-many = { $action }: { $count } records
undo-done =
    { $count ->
        [one] { $action }: taken back
       *[other] { $action }: { $count } taken back
    }
undo-late =
    { $late ->
        [one] { $action }: { $taken } taken back; 1 may have left already
       *[other] { $action }: { $taken } taken back; { $late } may have left already
    }
undo-hold =
    { $seconds ->
        [one] It can be taken back for 1 s.
       *[other] It can be taken back for { $seconds } s.
    }
undo-hold-then-by =
    { $seconds ->
        [one] It can be taken back for 1 s, and undone later by “{ $by }”.
       *[other] It can be taken back for { $seconds } s, and undone later by “{ $by }”.
    }
undo-hold-then-never =
    { $seconds ->
        [one] It can be taken back for 1 s; after that it cannot be undone.
       *[other] It can be taken back for { $seconds } s; after that it cannot be undone.
    }
undo-by = Can be undone by “{ $by }”.
undo-never = Cannot be undone.
discard-title = Discard “{ $action }”?
discard-text = It stays undone for { $title }. The log keeps that you gave it up.
discard-keep = Keep it
discard-do = Discard

## The line at the foot of the rail

sync-reading = Reading…
sync-unreadable = Sync state cannot be read
sync-in-step = In step
sync-in-step-age = In step · { $age }
sync-stale = Nothing new · { $age }
sync-cut-off = Cut off
sync-cut-off-since = Cut off since { $since }
sync-signed-out = Signed out
sync-filling = Filling · { $count } records
sync-nothing-waits = nothing waits
sync-queued = { $count } queued
sync-sent = { $count } sent
sync-unknown = { $count } unknown
sync-refused = { $count } refused

## Queues

queue-grid = { $queue }, list
queue-filter = Filter this list
queue-open = { $count } open
queue-as-of = as of { $time }
queue-as-of-old = as of { $time }, { $age } old
queue-empty = Nothing waits in “{ $queue }”
queue-empty-proof = { $records } records looked at, oldest data { $age }
view-records =
    { $count ->
        [one] 1 record
       *[other] { $count } records
    }
view-empty = No record in “{ $queue }”
queue-no-match = Nothing matches “{ $words }”
queue-no-match-text = Only “{ $queue }” was looked at. Ctrl K finds any record.
queue-no-match-chips = Nothing matches the filter
queue-clear = Clear the filter
queue-filling = Filling for the first time
queue-filling-text = { $count } records so far. The list appears when the first page is complete.
section-count = { $count }
column-operation = Operation
column-state = State
grid-sort = Sort by { $column }
keys-move = move
keys-pick = pick
key-shift = ⇧ { $key }
key-escape = Esc
keys-all = all keys

tool-title = { $label } ({ $keys })
tool-chip = Filter by a field
tool-show = Group, sort and columns
tool-export = Export to a file
tool-save = Save this view…
tool-saved = Rename, share, change or drop this saved view…

chips-label = Filter
chips-none = Clear all
chip-title = Filter by a field
chip-apply = Filter
chip-change = Change what { $field } must be
chip-off = Do not filter by { $field } any more
chip-field = Field
chip-field-prompt = Choose a field
chip-currency = Currency
chip-one-currency = In { $currency }; amounts of other currencies are left out.
chip-least = From
chip-most = To
chip-today = today
chip-last = last { $days } days
chip-next = next { $days } days
chip-days = from … to …
chip-zone = Days of the tenant’s zone; today counts.
chip-way-is = is
chip-way-begins = begins with
chip-text = Text, capitals count
chip-empty = has no value
chip-records = Find by words: { $kind }
chip-is = “{ $text }”
chip-begins = begins with “{ $text }”
chip-between = { $from } to { $to }
chip-from = from { $from }
chip-to = up to { $to }

save-title = Save this view
save-name = Name
save-shared = Share it with everybody in this tenant
save-shared-text = Everybody who sees what it goes by finds it under its queue, with your name. You alone can change it.
save-private-text = Nobody but you sees it.
save-go = Save
saved-title = Saved view “{ $name }”
saved-change = Save changes
saved-as-well = Save what is asked now as well
saved-as-well-text = The filter, order, groups and columns are not as they were saved: “Save changes” takes those of now.
saved-as-was-text = Only the name and who sees it change; the filter, order, groups and columns stay as they were saved.
saved-as-new = Save as a new one
saved-drop = Drop
saved-queued-keep = “{ $name }” is queued
saved-queued-change = The change of “{ $name }” is queued
saved-queued-drop = That “{ $name }” is dropped is queued
saved-given-up = “{ $name }” is given up; it was never made
saved-read-only = Nothing can be saved while this is read-only.
saved-private = yours alone
saved-shared = yours, shared
saved-by = shared by { $owner }
saved-dropped = being dropped
saved-changed = not as it was saved
saved-problems =
    { $count ->
        [one] One part of it is not possible any more
       *[other] { $count } parts of it are not possible any more
    }

group-others = All smaller groups
group-nothing = Not given

show-title = Show “{ $view }”
show-apply = Show
show-own = As the view has it
show-group = Group by
show-group-none = no groups
show-sort = Sort by
show-sort-own = the view’s own order
show-sort-up = { $field }, rising
show-sort-down = { $field }, falling
show-columns = Columns

export-title = Export “{ $view }”
export-text =
    { $count ->
        [one] 1 row in { $columns } columns, as the view shows it now, goes to a CSV file in the folder for downloads.
       *[other] All { $count } rows in { $columns } columns, as the view shows them now, go to a CSV file in the folder for downloads.
    }
export-words = Words: { $words }
export-clear = The file is in clear: whoever opens the folder reads it. That it was made is written in the audit chain.
export-go =
    { $count ->
        [one] Export 1 row
       *[other] Export { $count } rows
    }
export-written =
    { $count ->
        [one] 1 row written
       *[other] { $count } rows written
    }
export-about = A text file beside it says the filter, the days it means, the order, the source, the instant and the hash.
export-done = Done

related-title = Refer to it
related-by = { $kind }, by { $field }
related-all = all { $count }

documents-title = Documents
documents-keep-all = Keep all { $count } offline
documents-more = There are more, in their own view.
document-elsewhere = not on this laptop
document-wanted = being fetched
document-here = on this laptop
document-refused = not kept
document-unreachable = There is no line. It is fetched as soon as there is one.
document-failed = The answer broke off. It is tried again.
document-other-bytes = What the platform gave is another file than the one that this record names. It was thrown away.
document-too-large = It is larger than 20 MB, which is more than a laptop keeps.
document-not-given = The platform does not give this file.
document-no-room = There is no room for it: the disk is full, or 512 MB of documents are kept already.
document-state = State
document-button = { $words }: { $name }
document-keep = Keep offline
document-stop = Do not fetch
document-drop = Remove from this laptop
document-show = Show
document-gone = This file is not on this laptop any more.
document-cut = Only the beginning is shown. Save it to a file to read the rest.
document-save = Save to a file
document-save-title = Save “{ $name }” to a file
document-save-text = The file goes to the folder for downloads, in clear: it leaves the encrypted data of this app. The log says so.
document-saved = Saved

record-label = Record
record-revision = revision { $revision }
record-as-seen = Shown as it was when you acted; the mirror does not have it yet.
record-fields =
    { $count ->
        [one] 1 more field or rule
       *[other] { $count } more fields and rules
    }
record-history = History
history-as-of = as of
history-you = you
history-agreement = asked
history-conflict = conflict
history-lapsed = too late
history-not-tried = not tried
history-given-up = given up
history-revisions = revision { $from } → { $revision }
history-based = on revision { $from }
history-more =
    { $count ->
        [one] Show 1 more
       *[other] Show { $count } more
    }
history-fewer = Show the newest alone
history-older = Ask for older ones
history-older-asked = Older ones are being asked for
history-none = Nothing was done to it through Watchkeeper yet.
history-none-else = Nothing else was done to it through Watchkeeper.
history-asking = What others did to it is being asked for.
history-own = Only what was done on this laptop is here.
history-not-given = The platform has no history of it for you.
history-failed = { $problem }: what was done since then is not here.
history-failed-own = { $problem }: only what was done on this laptop is here.
history-failed-older = { $problem }: the older ones are not here.
record-read-only = The data folder cannot be written, so nothing can be queued.

policy-of = Whose policy is shown
policy-label = What decides “{ $action }”
policy-passed = Lets through
policy-failed = Refuses
policy-undecidable = Cannot be decided, so it refuses
policy-asks = Asks somebody first
policy-open = Decides once the form is filled in
policy-open-found = decided once it is said: { $what }
policy-live = Found on what the platform has, as of { $time }.
policy-old = Found on what the platform had at { $time }, { $age } ago. It decides again before anything is done.
policy-ours =
    { $count ->
        [one] Found with 1 change of yours to “{ $kind }” that is not confirmed
       *[other] Found with { $count } changes of yours to “{ $kind }” that are not confirmed
    }
asks-title = { $role } has to agree first
asks-text = It is queued and sent as ever, and done once they have agreed.
asks-instead = After { $duration } without an answer { $role } may answer instead.
record-about = Open { $title }

action-will = { $action } will
action-not-after = Not after
action-refused = { $action }: { $reason }
action-refused-title = “{ $action }” is refused
amend-none = { $action } is not possible on the record as it is now
action-waits-title = “{ $action }” is not possible now
action-not-allowed = Policy does not allow it now.
action-may-lapse = It may lapse before the next sync, so it is not queued while cut off.
actions-folded =
    { $count ->
        [one] Not possible now (1)
       *[other] Not possible now ({ $count })
    }
action-more = { $action }…

act-title = { $action }: { $title }
act-type = Type { $typed } to confirm
act-type-hint = Exactly as shown, so that nothing is confirmed by habit.
act-amends = This replaces the operation that is held.
act-offline = Cut off: it will wait here
act-offline-text = It is queued on this laptop and goes out when the line is back, if it is not too late by then.
act-queued = { $action } queued: { $title }
param-optional = { $label } (optional)
param-money = Amount and currency, such as { $example }
param-time = By the clock of { $zone }
param-understood = Understood as { $value }
param-wrong = This is no such value.
act-wanting = Still to be said: { $what }

mail-title = Mail preview
mail-open = Mail preview
mail-to = To
mail-subject = Subject

## Many at once

pick-row = Pick { $title }
pick-all = Pick all that wait
pick-most = At most { $count } rows are picked in one stretch
picked-all =
    { $count ->
        [one] The one that waits is picked
       *[other] All { $count } that wait are picked
    }
picked =
    { $count ->
        [one] 1 picked
       *[other] { $count } picked
    }
picked-none = Pick none
at-once = { $action } all { $count }
bulk-more = { $action } { $count }…
bulk-title =
    { $count ->
        [one] { $action }: 1 record
       *[other] { $action }: { $count } records
    }
bulk-reading = Looking at what it would do…
bulk-none = { $action } is possible on none of them
bulk-radius =
    { $count ->
        [one] One record takes part
       *[other] { $count } records take part
    }
bulk-radius-text = An operation for each, decided by policy one by one, here and again on the platform.
bulk-each = For each, { $action } will
bulk-not-after = The first of them is not carried out after
bulk-asking =
    { $count ->
        [one] 1 of them is done only once somebody has agreed:
       *[other] { $count } of them are done only once somebody has agreed:
    }
bulk-mail = The mail for { $title }, as it would be sent; each gets its own
bulk-denied =
    { $count ->
        [one] 1 does not take part
       *[other] { $count } do not take part
    }
bulk-beyond =
    { $count ->
        [one] 1 more is beyond the { $cap } that may go at once. It stays for another turn.
       *[other] { $count } more are beyond the { $cap } that may go at once. They stay for another turn.
    }
bulk-names = Which ones
bulk-type-hint = The number of records, so that nothing is confirmed by habit.
bulk-queueing = { $done } of { $count } queued
bulk-queued =
    { $count ->
        [one] { $action }: 1 queued
       *[other] { $action }: { $count } queued
    }
sample-title = Look at { $of } of { $among } first
sample-text = They were drawn for you, and nobody picks them. One that is not right leaves the batch, and others are drawn from the rest.
sample-progress = { $done } of { $of } look right
sample-all = All { $of } that were drawn look right.
sample-one = Drawn from the batch
sample-reading = Reading it…
sample-right = Looks right
sample-wrong = Not right
sample-left-out = { $title }: left out. Others are drawn from the rest.
bulk-failed-title =
    { $count ->
        [one] 1 was not queued
       *[other] { $count } were not queued
    }
bulk-failed-text =
    { $queued ->
        [0] Nothing was queued. This is why:
        [one] 1 was queued. For the rest, this is why:
       *[other] { $queued } were queued. For the rest, this is why:
    }
bulk-failed-left =
    { $count ->
        [one] 1 more was left as it is.
       *[other] { $count } more were left as they are.
    }
bulk-stop = Stop here
bulk-meanwhile = Work on meanwhile
bulk-stopped = { $action }: stopped. { $queued } queued, { $left } left as they are
bulk-in-part = { $action }: { $queued } queued, { $count } not. Log says why
bulk-left =
    { $count ->
        [one] { $action }: 1 left as it is
       *[other] { $action }: { $count } left as they are
    }
cut-title = { $action } was cut off: { $queued } of { $count } are queued
cut-text =
    { $left ->
        [one] Of the other one nothing was done, and nothing is without you.
       *[other] Of { $left } nothing was done, and nothing is without you.
    }
cut-failed =
    { $count ->
        [one] 1 could not be queued.
       *[other] { $count } could not be queued.
    }
cut-go-on =
    { $count ->
        [one] Queue the last one
       *[other] Queue the other { $count }
    }
cut-key = Ctrl G
cut-leave = Leave them
bulk-pick-failed = Pick those that are left
bulk-done = Done

## Watch

watch-filling-text = { $count } records so far. What fires and what is due appears when the first page is complete.
watch-cut-off = Cut off since { $since }: alerts may be over, new ones are not seen
watch-stale = Nothing heard since { $time }: alerts may be over, new ones are not seen
watch-stale-text = All of this stood so at { $time }. What you decide waits here and goes out when the line is back.

severity-red = Red
severity-yellow = Yellow
tone-red = red
tone-amber = amber
tone-green = green

digest-title = Since your last session
digest-first = Your first session
digest-first-text = From here on this says what changed since the last one.
digest-since = Since { $since }
digest-came =
    { $count ->
        [one] 1 alert came and went
       *[other] { $count } alerts came and went
    }
digest-red =
    { $count ->
        [one] 1 red alert
       *[other] { $count } red alerts
    }
digest-red-text = nobody has taken them yet
digest-yellow =
    { $count ->
        [one] 1 yellow alert
       *[other] { $count } yellow alerts
    }
digest-yellow-too =
    { $count ->
        [one] 1 yellow
       *[other] { $count } yellow
    }
digest-no-red = none is red
digest-acknowledged =
    { $count ->
        [one] 1 more is acknowledged
       *[other] { $count } more are acknowledged
    }
digest-none = No alert fires
digest-none-new = No new alert
digest-last-heard = as last heard
digest-lapse =
    { $count ->
        [one] 1 lapses
       *[other] { $count } lapse
    }
digest-no-lapse = Nothing lapses
digest-session = before your session { $at }
digest-no-session = and no session is planned
digest-in = { $label } { $count }
digest-arrived = { $count } new
digest-of-open = ({ $open } open)
digest-nothing-new = Nothing new
digest-more-queues =
    { $count ->
        [one] 1 queue more
       *[other] { $count } queues more
    }
digest-queues =
    { $count ->
        [one] 1 queue
       *[other] { $count } queues
    }
digest-rules =
    { $count ->
        [one] 1 rule
       *[other] { $count } rules
    }
digest-more = { $count } more
digest-proof = { $queues } and { $rules } looked at, oldest data { $age }
digest-quiet = Nothing needs you
digest-else = Nothing else needs you
digest-else-due = Otherwise only what is due
digest-stale = Not known since { $time }
digest-unknown =
    { $count ->
        [one] 1 rule cannot be evaluated
       *[other] { $count } rules cannot be evaluated
    }
digest-unknown-text = Neither red nor green.
digest-held =
    { $count ->
        [one] 1 is held for you
       *[other] { $count } are held for you
    }
digest-held-open = Decide in Sync.

firing-title = Firing
firing-pending =
    { $count ->
        [one] 1 rule holds, but not for long enough yet
       *[other] { $count } rules hold, but not for long enough yet
    }
firing-none = No alert fires
firing-none-proof =
    { $rules ->
        [one] 1 rule looked at, oldest data { $age }
       *[other] { $rules } rules looked at, oldest data { $age }
    }
firing-none-stale = None was firing at { $time }
firing-none-stale-text = Nobody here knows what happened since then.
firing-no-rules = No rule looks for anything
firing-no-rules-text = The pack names no alert rules, so nothing can fire.
firing-since = since { $since }
firing-open = Open
firing-open-label = Open: { $label }
firing-acknowledge = Acknowledge
firing-acknowledge-label = Acknowledge: { $label }
firing-acknowledged = Acknowledged by { $who },
firing-acknowledged-said =
    { $count ->
        [one] Acknowledgement queued: { $label }
       *[other] { $count } acknowledgements queued: { $label }
    }
firing-group =
    { $count ->
        [one] { $label }, 1 alert
       *[other] { $label }, { $count } alerts
    }
firing-one = { $label }, { $detail }
firing-more = and { $count } more
firing-longest = the longest since { $since }
firing-acknowledge-all = Acknowledge all { $count }
firing-acknowledge-some = Acknowledge { $count }
firing-acknowledge-these = { $words }: { $label }
firing-unanswered =
    { $count ->
        [one] 1 unanswered: somebody is to be called
       *[other] { $count } unanswered: somebody is to be called
    }
unanswered-for = Unanswered for { $duration }
unanswered-due =
    { $count ->
        [one] { $who } is to be called
       *[other] { $who } are to be called
    }
unanswered-next = next { $who } at { $at }
unanswered-told = To be told, and nothing waits for it: { $who }
unanswered-only = only if { $words }
unanswered-by-hand = The app calls nobody by itself.
firing-unknown =
    { $some ->
        [0] Neither confirmed nor over: cannot be evaluated since
       *[other] { $some } neither confirmed nor over: cannot be evaluated since
    }
firing-undelivered =
    { $some ->
        [0] Not notified: { $why }
       *[other] { $some } not notified: { $why }
    }

numbers-title = Numbers
not-shown-numbers =
    { $count ->
        [one] 1 number
       *[other] { $count } numbers
    }
not-shown = Not shown to you: { $what }
window-now = now
window-hours =
    { $hours ->
        [one] 1 hour
       *[other] { $hours } hours
    }
window-days =
    { $days ->
        [one] 1 day
       *[other] { $days } days
    }
window-week = this week
window-month = this month
window-next-days =
    { $days ->
        [one] next day
       *[other] next { $days } days
    }
figure-share = { $share } %
figure-milliseconds = { $count } ms
figure-seconds = { $count } s
figure-days = { $count } d
number-open = Open the records of { $label }
number-open-value = { $value }: open the records of { $label }
number-of = { $part } of { $whole }
number-same = the same as in the time before
number-up = { $share } more than in the time before
number-down = { $share } less than in the time before
number-target = target { $value }
number-limit = limit { $value }
number-above = { $tone } above { $value }
number-below = { $tone } below { $value }
number-projected = heading for { $value }
number-stated = { $who } says { $value }
number-agrees = { $who } says the same
number-part = { $label } { $value }
number-other = other
number-spark = { $label } over time: from { $first } to { $last }, lowest { $low }, highest { $high }

due-title = Due
due-order = by deadline and consequence
due-none = Nothing is due
due-none-proof =
    { $queues ->
        [one] 1 queue looked at, oldest data { $age }
       *[other] { $queues } queues looked at, oldest data { $age }
    }
due-at-once = { $count } at once
due-target = target { $count }
due-minutes = ≈ { $minutes }
due-start = Start
due-start-label = Start: { $label }
budget-week = { $time } a week
budget-used = { $time } used
budget-planned = { $time } planned
budget-left = { $time } left
budget-over = { $time } too much

lapses-title = Lapses next
lapses-none = Nothing lapses in this time.
lapses-more =
    { $count ->
        [one] 1 later is not drawn
       *[other] { $count } later are not drawn
    }
lapses-session = your session
lapses-group = { $title } and { $count } more
lapses-open = Open { $title }: { $time }

events-title = Last events
events-log = all in the Log
event-fired = Fired: { $label }
event-resolved = Over: { $label }
event-withdrawn = Taken back before it was agreed to: { $label }
event-lapsed = Lapsed, nobody agreed in time: { $label }
event-done-one = { $action }: { $title }
event-done =
    { $count ->
        [one] { $action } · 1 record
       *[other] { $action } · { $count } records
    }

## Log

log-grid = Log, entries
log-search = Search the log
log-verify = Check the whole chain now
log-verify-short = Check now
log-verified = Checked
log-never-checked = Not checked yet since the app started.
log-head = Newest hash
log-of = Chain of { $device }
log-sorts = Show only
log-sort-signed-in = Set up
log-sort-queued = Queued
log-sort-denied = Denied here
log-sort-confirmed = Confirmed
log-sort-refused = Refused
log-sort-changed = Changed
log-sort-other = Other
log-all = All
log-number = No.
log-when = When
log-what = What
log-about = About
log-by = By
log-rows = Rows
log-total =
    { $count ->
        [one] 1 entry
       *[other] { $count } entries
    }
log-empty = No entry matches
log-empty-text = All { $count } entries of this laptop were looked at.
log-none = No entry yet
log-none-text = What is decided on this laptop is written here, each entry sealed with the hash of the one before.
log-clear = Show all entries
log-entry = Entry { $seq }
log-record = Record
log-record-unknown = not known here any more
log-open = Open the record
log-event = Event
log-word = The platform said
log-code = Code
log-operation = Operation
log-hash = Hash
log-prev = Hash of the entry before
log-countersigned = Countersigned by the platform
log-countersigned-not = Not countersigned yet: the platform has not seen it.
log-broken-entry = The chain breaks at this entry.
log-broken-go = Show entry { $entry }
log-first = It is the first entry.
log-event-signed-in = Signed in on this laptop
log-event-based = Based on what was before it
log-event-retried = Tried again
log-event-discarded = Discarded
log-event-amended = Amended
log-event-taken-back = Taken back
log-sampled = { $action }: { $looked } of { $among } looked at, all right
log-sampled-wrong = { $action }: { $looked } of { $among } looked at, the last not right
log-left = { $action }: { $left } of { $among } left, on which nothing is queued
log-event-unreadable = Cannot be read
log-rows-more = +{ $count }

## A list to read from

keys-enter = in
keys-leave = back
shelf-none = Nothing matches
shelf-none-text = All { $count } were looked through.
shelf-clear = Show all

## Reference

reference-sections = Sections
reference-regions = Regions
reference-regions-about = money, tax, clocks
reference-promises = Promises
reference-promises-about = what we say, and what not
reference-contacts = Contacts
reference-contacts-about = people, paths, companies
reference-rules = Rules
reference-rules-about = rights, retention, document
reference-texts = Texts
reference-texts-about = mails, banners, answers
reference-library = Library
reference-library-about = playbooks and routines
reference-rulings = Rulings
reference-rulings-about = what holds instead
reference-missing =
    { $count ->
        [one] 1 not said yet
       *[other] { $count } not said yet
    }
reference-unsaid = not said yet
reference-copy = Copy
reference-copy-what = Copy: { $what }
reference-copied = Copied
reference-selected = The clipboard is closed to this window: the words are selected, Ctrl C copies them
reference-row = Row
reference-currency = Currency
reference-tax = Tax
reference-holds-there = Also
reference-next = next
reference-there = { $zone } · { $here } here
reference-hours-title = The hours that come
reference-hours-aside = from now on; lit from 8 to 18
reference-own-day = Tenant
reference-see-ruling = Ruling { $id }
reference-switch-on = on here
reference-switch-off = off here
reference-switch-unknown = not known
reference-answers = Said when somebody asks
reference-answers-aside = these words, and no more
reference-banners = Shown to everybody
reference-banners-aside = while the switch is on
reference-text-unsaid = Cannot be given yet: the tenant has not said { $what }
reference-severities = How fast
reference-severities-timeless = no clock
reference-timeless = No severity has a clock: no time is promised to anybody.
reference-severity = Severity
reference-respond = Answered
reference-resolve = Resolved
reference-notify = Customers told
reference-path = Escalation
reference-no-promise = not promised
reference-plans = Promised by plan
reference-plan = Plan
reference-uptime = Up in a month
reference-share = { $share } %
reference-at-once = at once
reference-hours = { $count } h
reference-days =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
reference-years =
    { $count ->
        [one] 1 year
       *[other] { $count } years
    }
reference-inside = Of the house
reference-outside = Outside
reference-roles = Roles
reference-role-mine = · yours
reference-role-outside = · outside
reference-reach-phone = Telephone:
reference-reach-mail = Mail:
reference-reach-page = Page:
reference-reach-other = Reached at:
reference-urgency = Urgency: { $words }
reference-freezes = Switched on with it: { $what }
reference-after = after { $time }
reference-only = only: { $words }
reference-informed = told, nothing waits for them
reference-nobody = the pack names nobody
reference-may = Without asking
reference-propose = Proposed to others
reference-never = Never
reference-to = to { $who }
reference-retention = How long things are kept
reference-retention-aside = where two hold, the longer one counts
reference-from = from { $what }
reference-document = The document
reference-pack = { $pack }, version { $version }
reference-document-version = Its version
reference-document-owner = Kept by
reference-document-updated = Changed
reference-document-review = Next review
reference-document-unsaid = it does not say
reference-document-overdue = past its review
reference-document-names = It names
reference-texts-search = Search the texts
reference-texts-count =
    { $count ->
        [one] 1 text
       *[other] { $count } texts
    }
reference-text-of = { $channel } · { $kind }
reference-channel-mail = Mail
reference-channel-chat = Chat
reference-channel-banner = Banner
reference-channel-file = File
reference-channel-ticket = Ticket
reference-channel-answer = Answer
reference-variables = Filled in with
reference-variables-settings = From the tenant’s settings
reference-choice = ‹{ $words }›
reference-library-search = Search the library
reference-library-count =
    { $count ->
        [one] 1 procedure
       *[other] { $count } procedures
    }
reference-playbooks = Playbooks
reference-routines = Routines
reference-steps =
    { $count ->
        [one] 1 step
       *[other] { $count } steps
    }
reference-minutes-steps = { $minutes } min · { $steps }
reference-about = About
reference-opens = Opens
reference-done-by = Done by
reference-every-operator = every operator
reference-trigger = When
reference-on-alerts = alert: { $alerts }
reference-on-demand = when an operator begins it
reference-late = late after { $time }
reference-with = at { $at } of each { $kind }
reference-before = { $time } before { $at } of each { $kind }
reference-behind = { $time } after { $at } of each { $kind }
reference-rule-daily = every day, { $times }
reference-rule-weekly = { $days }, { $times }
reference-rule-monthly = day { $dates } of the month, { $times }
reference-step-optional = may be left out
reference-step-first = First: { $condition }
reference-step-view = Look into: { $view }
reference-step-metric = Number: { $metric }
reference-step-playbook = If something is wrong: { $playbook }
reference-step-notes = Written down: { $notes }
reference-step-ends = → it ends there
reference-step-goes-on = → step { $step }
reference-work-wait = Wait { $time }
reference-work-wait-most = Wait { $time }, at most { $most }
reference-work-recheck = Look every { $time } until { $until }.
reference-work-recheck-most =
    { $count ->
        [one] Once, then
       *[other] At most { $count } times, then
    }
reference-work-look-up = Looked up by itself: { $among }
reference-work-expect = has to give { $expect }
reference-work-act = Action: { $action }
reference-work-switch = Switch { $control } to { $to }
reference-work-page = Call: { $path }
reference-work-credential = Present or not, never its value:
reference-work-send = Send:
reference-rulings-search = Search the rulings
reference-rulings-count =
    { $count ->
        [one] 1 ruling
       *[other] { $count } rulings
    }
reference-ruling = Ruling
reference-says = The document says
reference-holds = What holds
reference-settled = Settled
reference-harms = can harm
reference-misleads = misleads
reference-minor = minor
reference-replaced = replaced
reference-by-setting = by a setting
reference-needed = the tenant says it
reference-disputed = disputed, never computed with
reference-shown = shown beside it

## Settings

settings-device = This laptop
settings-device-name = Name
settings-device-id = Device
settings-folder = Folder
settings-state = Your work
settings-cache = Copy of the platform
settings-size-state = { $size }, encrypted
settings-size-cache = { $size }, encrypted; can be filled again
settings-roles = Roles
settings-regions = Regions
settings-regions-all = all
settings-notifications = Notifications
notify-of = Notify me of
notify-red = red alerts
notify-yellow = yellow alerts
notify-refused = operations of mine that were refused
notify-approvals = approvals that wait for me
notify-hours = When
notify-always = at any hour
notify-within = only within these hours
notify-from = From
notify-to = To
notify-over-midnight = It runs over midnight.
notify-days = On
notify-no-day = Pick a day: without one nothing is ever shown.
notify-same-time = From and to are the same time.
notify-zone = by the clock of { $zone }
notify-saved = Saved
notify-quiet-now = Outside these hours now: nothing is shown, everything is listed in Watch.
notify-service = Shown by
notify-buttons = { $service }, with buttons
notify-no-buttons = { $service }, without buttons
notify-no-service = No notification service answers on this desktop
notify-no-service-text = Red alerts appear in Watch and in the tray, but nothing pops up. Start a notification service, then try.
notify-last = Last attempt
notify-last-never = none yet
notify-last-good = taken by the service
notify-last-bad = not shown: { $why }
notify-failures =
    { $count ->
        [one] 1 did not come through since the last that did
       *[other] { $count } did not come through since the last that did
    }
notify-try = Show one as a try
notify-tried = The service took it. Whether it appeared, only you can see.
settings-default = the pack’s default
settings-tenant-none = The pack leaves nothing open to the tenant.
settings-tenant-all = All that is needed is said.
settings-tenant-count =
    { $count ->
        [one] 1 setting
       *[other] { $count } settings
    }
settings-tenant-open = Open Tenant
demo-world = Demo world
demo-only = in the demo only
demo-now = In force
demo-every-day = Every day
demo-clock = Clock
demo-clock-is = { $at } when it was asked
demo-scenario = Scenario
demo-goes-on = goes on as it is
demo-set = is set
demo-at = Date and time
demo-at-hint = by the clock of { $zone }, from 2001 to 2099
demo-at-wrong = A day and a time, such as 2026-04-05 02:30
demo-choose = Choose…
demo-confirm = Replace this world?
demo-confirm-text = The records of { $tenant } are replaced by those of: { $world }. What was decided in it before stays in the log. Every laptop of this demo is filled anew.
demo-confirm-goes-on = The clock goes on as it is.
demo-confirm-set = The clock of all tenants of this demo is set to { $at }, { $zone }. What the other tenants have keeps its times.
demo-waits =
    { $count ->
        [0] Nothing waits to be sent
        [one] 1 operation waits to be sent
       *[other] { $count } operations wait to be sent
    }
demo-waits-text = What waits is held in Sync, with why: yours to send or to give up.
demo-replace = Replace it
demo-replacing = Replacing…
demo-undone = Not chosen: { $world }
demo-undone-text = The demo ended while it replaced the records, and that world cannot be made any more. What is in force is: { $world }. Choose again.
demo-chosen = This is the world now. The laptop is filled anew.
settings-pack = Pack
settings-pack-name = Name
settings-pack-version = Version
settings-pack-hash = Hash
settings-pack-fine = It loads without a remark.
settings-pack-warnings =
    { $count ->
        [one] 1 remark that does not stop it
       *[other] { $count } remarks that do not stop it
    }
settings-changes = What changed in version { $to }
settings-changes-since = in force since
settings-changes-first = No version came after the first one that this laptop saw.
settings-changes-none = Nothing that counts differs from version { $from }.
settings-changes-all = All { $count }
settings-changes-fewer = Only the first { $count }
settings-changes-was = was
settings-changes-now = is
settings-changes-new = new
settings-changes-gone = gone
settings-changes-file = the whole file
settings-about = About

## Controls

control-list = Switches of the platform
control-filter = Filter the switches
control-count =
    { $count ->
        [one] 1 control
       *[other] { $count } controls
    }
control-none = The platform has no switches here
control-none-text = The pack names none, or none in your regions.
control-group-on = Not as usual
control-group-usual = As usual
control-on = on
control-off = off
control-in-region = { $label }, { $region }
control-banners = Switches that are not as usual
control-banners-more =
    { $count ->
        [one] 1 more switch is not as usual
       *[other] { $count } more switches are not as usual
    }
control-open = Open
control-open-label = Open: { $name }
control-is = { $name }: { $value }
control-not-in-effect = { $name }: NOT IN EFFECT
control-switch-not-in-effect = { $name }: the switch to { $value } is NOT IN EFFECT
control-last-not-in-effect = { $name }: the last switch is NOT IN EFFECT
control-not-in-effect-short = not in effect
control-is-not-in-effect-short = still { $value }
control-still = What counts is still: { $value }.
control-asked-for = Asked for: { $value }.
control-asked-wait = It can be switched again once the platform has said what became of that.
control-lapses = It lapses unsent after
control-since = Since
control-by-platform = switched on the platform
control-public = The public reads
control-usually = usually { $value }
control-as-usual = as usual
control-roles = May switch it
control-roles-none = nobody in the app
control-held = Held here
control-holds =
    { $count ->
        [one] It holds 1 operation of this laptop.
       *[other] It holds { $count } operations of this laptop.
    }
control-freezes = What goes by it
control-freezes-none = No action in the pack goes by it; the platform itself does.
control-to = Switch to
control-banner = Text for the public
control-switch = Switch
control-switch-to = Switch to { $value }
control-same = It is so already.
control-form-hint = In effect once the platform has read it back from its host; unsent, it lapses after ten minutes.
control-would-hold =
    { $count ->
        [one] It would hold 1 operation that waits here
       *[other] It would hold { $count } operations that wait here
    }
control-would-hold-text = They are not lost: once it is lifted, you can send them again.
control-queued = Queued, NOT IN EFFECT: { $name }
control-denied = You cannot switch this
control-not-here-text = It comes with the next sync, and can be switched then.
control-moved = It was switched meanwhile
control-moved-text = What is in force above is newer than what you saw when you began.
control-offline = No line to the platform
control-offline-text = It waits here, is not in effect, and lapses after ten minutes.

## Tenant

tenant-list = Settings of the tenant
tenant-filter = Filter the settings
tenant-count =
    { $count ->
        [one] 1 setting
       *[other] { $count } settings
    }
tenant-open =
    { $count ->
        [one] Before going live — 1 to be said
       *[other] Before going live — { $count } to be said
    }
tenant-rest = Said and defaults
tenant-unsaid = not said yet
tenant-misfit = not understood
tenant-misfit-why = It counts as not said: { $why }.
tenant-default = default
tenant-by-platform = said on the platform
tenant-nothing = nothing
tenant-none = Nothing is left to the tenant
tenant-none-text = The pack asks for no setting: what it says holds for everybody.
tenant-in-force = In force
tenant-said-by = Said by
tenant-taken-back-by = Taken back by
tenant-reason-was = Because
tenant-proposed = Proposed
tenant-use = Take it into the form
tenant-readers = What reads it
tenant-readers-none = Nothing in the pack reads it.
tenant-undecidable = Undecidable until it is said: nothing is guessed in its place.
tenant-value = Value
tenant-value-pick = Choose…
tenant-reason = Reason
tenant-say = Say
tenant-take-back = Take back
tenant-take-back-hint = Taken back, the pack’s default counts, where it has one.
tenant-same = This is said already.
tenant-queued = Queued, not in force yet: { $label }
tenant-waits = Not in force yet. It can be said again when this is settled or discarded.
tenant-held = Not in force: amend it, or discard it, to say it again.
tenant-needs-reason = It needs a reason.
tenant-denied = You cannot say this
tenant-read-only = The data folder of this laptop cannot be written.
tenant-not-here = Not here yet
tenant-not-here-text = It comes with the next sync, and can be said then.
tenant-parts = It has parts
tenant-parts-text = It cannot be said in a line here; it is set on the platform.
tenant-moved = It was said again meanwhile
tenant-moved-text = What is in force above is newer than what you saw when you began.
tenant-moved-go-on = Go on with this
tenant-number-with = { $value } { $unit }
tenant-bounds = from { $least } to { $most }
tenant-bounds-least = { $least } or more
tenant-bounds-most = { $most } or less
tenant-wrong-whole = A whole number, such as 30
tenant-wrong-number = A number, such as 2.5
tenant-wrong-bounds = Must be { $bounds }
tenant-wrong-money =
    { $digits ->
        [0] A whole amount of { $currency }
        [one] An amount of { $currency } with 1 digit behind the point at most
       *[other] An amount of { $currency } with { $digits } digits behind the point at most
    }
tenant-part-alerts = Alerts
tenant-part-records = Records
tenant-part-templates = Texts
tenant-part-playbooks = Playbooks
tenant-part-routines = Routines
tenant-part-metrics = Numbers
tenant-part-reconciliations = Reconciliations
tenant-part-reports = Reports
tenant-part-people = People
tenant-part-people-is = contacts and who is called
tenant-part-incidents = Incidents
tenant-part-incidents-is = severities and their clocks
tenant-part-retention = Retention
tenant-part-retention-is = how long things are kept
tenant-part-rulings = Rulings
tenant-part-rulings-is = what holds instead
tenant-part-handover = Handover
tenant-part-handover-is = what a shift hands on
tenant-part-other = Other

## Sync

link-in-step = In step
link-cut-off = Cut off
link-filling = Filling for the first time
link-signed-out = Signed out
link-problem = { $title }. { $text }
link-since = since
link-never = never
link-live = Last pull { $age }. The platform says at once when something changes.
link-polling = Last pull { $age }. No live hints, so the platform is asked every minute.
link-cut-off-text = Work goes on here from data pulled { $age }; what you decide waits below.
link-cut-off-next = Work goes on here from data pulled { $age }; what you decide waits below. Next try { $next }.
link-filling-text = { $count } records so far. It goes on where it stopped if the line breaks.
link-signed-out-text = The platform no longer takes the token. Nothing is sent until there is a new one; nothing is lost.

sync-now = Sync now
sync-try-now = Try now
sync-asked = Asked the platform for news
sync-clear = Nothing waits and nothing is held
sync-clear-proof =
    { $count ->
        [0] No operation was made yet
        [one] 1 operation settled lately
       *[other] { $count } operations settled lately
    }
sync-group = { $title } · { $count }
sync-held-title = Held for you
sync-held-note = its lane stands still until you decide
sync-waiting-title = Waiting
sync-waiting-note = goes out in order
sync-waiting-note-cut = goes out when connected
sync-under-way-title = Under way
sync-under-way-note = the final word is still to come
sync-more =
    { $count ->
        [one] Show the one that follows
       *[other] { $count } more follow: show the next
    }
sync-batches-title = Many at once
batch-queueing = { $done } of { $count } queued
sync-batches-note = each goes by itself
batch-title = { $action }: { $count } records
batch-done = { $done } of { $count } done
batch-waiting =
    { $count ->
        [one] 1 waits
       *[other] { $count } wait
    }
batch-under-way = { $count } under way
batch-held = { $count } held for you
batch-discarded = { $count } given up
sync-settled-title = Settled
sync-settled-note = newest first

facts-title = Connection
facts-platform = Platform
facts-pack = Pack
facts-records = Records
facts-as-of = As of
facts-hints = News
facts-hints-live = live
facts-hints-polling = by asking
facts-clock = Clock
facts-clock-sure = set by the platform
chain-title = Audit chain
chain-holds = The chain holds
chain-broken = Broken at entry { $entry }
chain-entries =
    { $entries ->
        [one] 1 entry, countersigned up to { $countersigned }.
       *[other] { $entries } entries, countersigned up to { $countersigned }.
    }
chain-behind =
    { $count ->
        [one] 1 waits for the platform.
       *[other] { $count } wait for the platform.
    }
chain-broken-text = An entry was altered or is missing. Keep this laptop’s data folder and tell whoever audits you.
quarantine-title = Unreadable records
quarantine-empty = None: every record that came could be read.
quarantine-text = Kept aside as they came. They are read again when the platform sends them anew.
quarantine-no-id = without id
quarantine-no-kind = unknown kind
copies-title = Held against the platform
copies-uncompared =
    { $count ->
        [one] Of 1 unreadable line not even the kind reads. It may be of any record, so nothing is compared until the platform sends it anew.
       *[other] Of { $count } unreadable lines not even the kind reads. They may be of any record, so nothing is compared until the platform sends them anew.
    }
copies-uncompared-kinds = Not compared, because a record that was set aside does not say its revision: { $kinds }.
copies-fetched = The copy of “{ $kind }” differed from the platform's and was fetched anew.
copies-stays = The copy of “{ $kind }” was fetched anew and still differs from the platform's.

## Palette and help

palette-label = Find anything
palette-prompt = Find anything or run a command
palette-results = Results
palette-records = Records
palette-reference = In the reference
palette-commands = Commands
palette-none = Nothing found for “{ $words }”
palette-count =
    { $count ->
        [one] 1 result
       *[other] { $count } results
    }
key-palette = Ctrl K
command-queue = Go to { $queue }
command-watch = Go to Watch
command-log = Go to Log
command-reference = Go to Reference
command-tenant = Go to Tenant
command-controls = Go to Controls
command-settings = Go to Settings
command-sync = Go to Sync
command-light = Switch to light
command-dark = Switch to dark
command-act = { $action }: { $title }
command-undo = Undo { $what }
command-profile = Profile and appearance

help-title = Keys
help-everywhere = Everywhere
help-list = In a list
help-record = On the record
help-palette = find anything, run a command
help-help = this list
help-watch = go to Watch
help-queues = go to the first queue
help-approvals = go to the approvals
help-log = go to Log
help-reference = go to Reference
help-tenant = go to Tenant
help-controls = go to Controls
help-sync = go to Sync
help-settings = go to Settings
help-on-watch = On Watch
help-watch-down = next thing to do
help-watch-up = previous
help-watch-enter = do it
help-acknowledge = acknowledge the alert
help-on-reference = On Reference
help-reference-down = next section, or next in its list
help-reference-up = previous
help-reference-enter = into the section
help-reference-leave = back to the sections
help-on-tenant = On Tenant
help-tenant-down = next setting
help-tenant-up = previous
help-tenant-enter = into its form
help-tenant-leave = from the form to the list
help-question = In a question
help-choose = choose an answer by its number
help-send = do it
help-give-up = leave it
help-at-once = { $action }, all of a section
help-many = Many at once
help-on-controls = On Controls
help-controls-down = next switch
help-pick = pick a row, or not
help-pick-too = the same, on the row that has the focus
help-pick-down = pick on downwards
help-pick-up = pick on upwards
help-pick-all = pick all that wait
help-pick-none = pick none
help-undo = take back what was just done
help-go-on = Go on with an action on many that was cut off
help-profile = show another profile
help-back = back
help-escape = close, clear
help-down = next
help-up = previous
help-home = first
help-end = last
help-space = pick
help-enter = into the record
help-leave = from the record to the list
help-chip = filter by a field
help-show = group, sort and columns
help-export = export to a file
help-save = save the view, or change what was saved
help-filter = filter
help-mail = mail preview
help-documents = keep its documents offline

## Profile


profile-title = Profile
profile-who = { $operator } · { $zone }
profile-key = Ctrl { $digit }
profile-shut = closed
profile-add = Sign in to another
profile-tenant = Tenant
profile-operator = Operator
profile-platform = Platform
profile-zone = Zone
profile-secrets = Key and token
profile-keyring = in the system’s keyring
profile-passphrase = under your passphrase
profile-version = Version
profile-close = Close this profile
profile-close-text = Closing takes the key out of memory. What waits stays on this laptop.
theme-label = Appearance
theme-system = As the system
theme-light = Light
theme-dark = Dark

## Signing in

profiles-title = On this laptop
sign-in-stay = Back to where you were
profile-line = { $operator } · { $zone } · { $platform }
demo-title = Demo: { $tenant }
demo-text = A platform with invented records runs on this machine. Nothing leaves it.
demo-open = Open the demo
demo-others = Other demo platforms
platform-title = Sign in to a platform
platform-address = Address
platform-placeholder = https://ops.example.org
platform-token = Token
platform-token-hint = As your platform issued it. It is kept where this machine keeps secrets.
sign-in = Sign in
sign-in-busy = Signing in…
passphrase = Passphrase
passphrase-title = Choose a passphrase
passphrase-why = This machine has no keyring, so your data is locked by a passphrase. It is asked for at every start and kept nowhere.
passphrase-new = New passphrase
passphrase-again = Once more
passphrase-rule = At least { $count } characters; a few words that do not belong together are best.
passphrase-long-enough = Long enough.
passphrase-short =
    { $missing ->
        [one] One more character, please.
       *[other] { $missing } more characters, please.
    }
passphrase-differs = The two are not the same.

recovery-title = Write this code down
recovery-text = It opens your data when the keyring or the passphrase is lost. It is shown once and kept nowhere.
recovery-code = Recovery code
recovery-placeholder = XXXX-XXXX-…
recovery-copy = Copy
recovery-copied = Copied. Paste it somewhere safe.
recovery-selected = Selected: press Ctrl C to copy.
recovery-written = I have written it down
recovery-go-on = Go on

gate-other-profile = Another profile
gate-back = Back
gate-use-recovery = Use the recovery code
gate-passphrase = Locked by your passphrase
gate-passphrase-text = Your data stays encrypted on this laptop until you unlock it.
gate-unlock = Unlock
gate-unlocking = Unlocking…
gate-recovery = Recovery code needed
gate-recovery-text = The key to this profile is not in the keyring any more. The code was shown when you first signed in.
gate-recovery-chosen = The code was shown when you first signed in. It opens the profile without the passphrase or the keyring.
gate-recover = Open with the code
gate-keyring = The keyring is locked
gate-keyring-text = The key to your data is in the system’s keyring, which is locked. Nothing is lost.
gate-keyring-step-open = Unlock the keyring: log in to your desktop again, or open “Passwords and Keys”.
gate-keyring-step-return = Come back and try again.
gate-newer = Your data is from a newer version
gate-newer-text = A newer Watchkeeper has worked on this folder. Nothing was touched. Update this app, then open it again.
gate-read-only = The data folder cannot be written
gate-read-only-text = Check its permissions, and whether the disk is mounted read-only. Then try again.

start-over-open = I have neither…
start-over-open-code = I do not have the code…
start-over-title = Start over with { $tenant }?
start-over-text = Without the passphrase or the recovery code nothing opens this profile’s data, here or elsewhere. Look once more, if they may be written down somewhere.
start-over-kept = The file with your own work is moved aside in the profile’s folder and kept. Nothing is deleted.
start-over-unsent = What waits unsent stays locked in that file and does not go out. Check recent decisions on the platform.
start-over-then = Then you sign in again with a token, and the platform’s records come anew.
start-over-type = Type { $tenant } to confirm
start-over-do = Move aside and start over
start-over-done = Moved aside and kept. Sign in again with a token.

renew-open = Give a new token
renew-title = A new token
renew-text = The platform no longer takes the old one. What waits goes out under the new one, in order.
renew-send = Use this token
renew-done = Signed in again
signed-out-title = Signed out: nothing is sent
signed-out-text = The platform no longer takes the token. You can go on working; it all waits here.

## Notices

notice-read = I have read it
notice-cache = The copy of the platform’s records was damaged
notice-cache-text = It is being filled again from the platform. Your own work was elsewhere and is whole.
notice-chain = An older copy of your data was put back
notice-chain-text = The platform knew more of this laptop than the copy does. What you decided since is on the platform; nothing was done twice. This laptop goes on as another device in the audit log.
notice-state = Your own data was damaged and set aside
notice-state-text = What waited to be sent is in { $file } in the profile’s folder. Keep that file and check recent decisions on the platform.

## Errors: a title that says what is so, a text that says what to do

error-unreachable = The platform does not answer
error-unreachable-text = Check the address and the line. Nothing you did is lost.
error-not-a-platform = This is no platform
error-not-a-platform-text = Something answers there, but not a platform: a web page, perhaps, or a log-in page of the network. Check the address.
error-url-invalid = This is no address
error-url-invalid-text = It starts with https://. Plain http:// is taken for this machine only.
error-tls-invalid = The platform’s certificate does not hold
error-tls-invalid-text = Nothing was sent. Check the clock of this laptop and the address; else ask whoever runs the platform.
error-api-mismatch = The platform speaks another version
error-api-mismatch-text = Update this app, or ask whoever runs the platform to update it.
error-token-invalid = The token is not known
error-token-invalid-text = Check that all of it was copied; a token belongs to one platform.
error-token-revoked = The token was revoked
error-token-revoked-text = Ask for a new one. What waits here stays until then.
error-no-pack = The tenant has no pack yet
error-no-pack-text = There is nothing to show before one is published. Ask whoever runs the platform.
error-pack-invalid = The tenant’s pack does not load
error-pack-invalid-text = Whoever wrote it has to mend it; this is the first problem:
error-pack-newer = This tenant’s pack is for a newer version of the app
error-pack-newer-text = All can be read and what was queued goes on its way, but nothing new can be decided here. Update this app.
error-zones-differ = This laptop knows other clock changes than the platform
error-zones-differ-text = The platform’s times are shown and counted. Update this app, or tell whoever runs the platform. Seen at:
error-keyring-locked = The keyring is locked
error-keyring-locked-text = Unlock it, then try again.
error-keyring-absent = There is no keyring on this machine
error-keyring-absent-text = Choose a passphrase instead.
error-key-missing = The keyring has no key for this profile
error-key-missing-text = Open it with the recovery code.
error-secret-wrong = That does not open it
error-secret-wrong-text = Check it and try once more. Nothing was changed.
error-passphrase-weak = The passphrase is too short
error-passphrase-weak-text = Take at least 10 characters.
error-disk-full = The disk is full
error-disk-full-text = Nothing was done. Make room, then try again.
error-read-only = The data folder cannot be written
error-read-only-text = What is there can be read; nothing can be queued. Check the folder’s permissions, then start the app again.
error-folder-unfit = This folder is no place for your data
error-folder-unfit-text = On a network drive, or in a folder that another program keeps in step, what you decide could be lost. Nothing was made there. Start the app with --data and a folder on this machine’s own disk.
error-newer-database = The data is from a newer version of the app
error-newer-database-text = Nothing was touched. Update this app, then open it again.
error-in-use = This data folder is open in another window
error-in-use-text = Close the other one, then try again.
error-storage = The local database failed
error-storage-text = Nothing was done. Try again; if it stays, restart the app.
error-signed-out = Nobody is signed in
error-signed-out-text = Give a token, then go on.
error-locked = The profile is locked
error-locked-text = Open it again to go on.
error-not-found = It is not here
error-not-found-text = It was removed, or you may no longer see it.
error-policy-denied = Policy refuses this
error-policy-denied-text = The row that refused says why.
error-stale = The record has changed since you saw it
error-stale-text = Nothing was done. Look at it again, then decide.
error-confirmation-missing = What was typed does not confirm
error-confirmation-missing-text = Type it exactly as shown.
error-may-lapse = It may lapse before it can be sent
error-may-lapse-text = Nothing was queued. Do it when connected.
error-outbox-full = Too much waits already
error-outbox-full-text = Let some of it go out first; Sync shows what stands still.
error-not-now = Not possible any more
error-not-now-text = It has moved on meanwhile. Look at where it stands now.
error-demo-busy = The demo is still at work
error-demo-busy-text = A call to a provider is under way in this world. Choose again once it has ended.
error-too-late = Too late to take it back
error-too-late-text = It may have left this laptop. Its verdict decides; Sync shows it.
error-not-sampled = Some have to be looked at first
error-not-sampled-text = Nothing was done. Look at what was drawn, one by one, then do it.
error-notification-failed = Nothing was shown
error-notification-failed-text = The desktop did not take the notification. Alerts stand on Watch all the same.
error-internal = Something went wrong in the app
error-internal-text = It was written to the log. Try again; if it stays, restart the app.
