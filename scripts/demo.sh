#!/usr/bin/env bash
# Two people on one computer: makes two throw-away profiles with the headless program, lets one accept the
# other's invite, and opens a window on each. Everything is gone when both windows are closed.
#   scripts/demo.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
bin=${1:?folder of the programs}
work=$(mktemp -d "${TMPDIR:-/tmp}/undertone-demo.XXXXXX")
# The profiles hold nothing of anybody, but a passphrase is a passphrase.
chmod 700 "$work"
umask 077
pids=()
cleanup() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
printf 'two people, one computer\n' >"$work/passphrase"

# serve WHO OPTION...: starts the headless program, to be talked to with `ask`.
serve() {
    local who=$1 in out
    shift
    mkfifo "$work/$who.in" "$work/$who.out"
    "$bin/undertoned" --profile "$work/$who" --no-mdns --lan-only "$@" rpc <"$work/$who.in" >"$work/$who.out" &
    pids+=($!)
    exec {in}>"$work/$who.in" {out}<"$work/$who.out"
    declare -g "${who}_in=$in" "${who}_out=$out" "${who}_pid=$!"
}

# ask WHO METHOD PARAMS: prints the answer; events that come before it are passed over.
ask() {
    local who=$1 line in="${1}_in" out="${1}_out"
    printf '{"jsonrpc":"2.0","id":1,"method":"%s","params":%s}\n' "$2" "$3" >&"${!in}"
    while read -r -t 60 line <&"${!out}"; do
        case $line in
            *'"error":'*'"id":1'* | *'"id":1'*'"error":'*) echo "demo: $who: $2: $line" >&2; return 1 ;;
            *'"id":1'*) printf '%s\n' "$line"; return 0 ;;
        esac
    done
    echo "demo: $who: $2: no answer" >&2
    return 1
}

# field NAME: the text of a field of the line on standard input.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# until_seen WHO METHOD PATTERN: asks until the answer matches, and prints it.
until_seen() {
    local answer
    for _ in $(seq 150); do
        answer=$(ask "$1" "$2" '{}')
        if grep -q -- "$3" <<<"$answer"; then printf '%s\n' "$answer"; return 0; fi
        sleep 0.2
    done
    echo "demo: $1: $2 never showed $3" >&2
    return 1
}

create='"passphrase":"two people, one computer"'
serve hana --listen /ip4/127.0.0.1/tcp/0
hana=$(ask hana profile.create "{\"name\":\"Hana\",$create}" | field account)
where=$(until_seen hana node.status '"listen":\["' | sed 's/.*"listen":\["\([^"]*\)".*/\1/; s,/p2p/.*,,')
serve bora --listen /ip4/127.0.0.1/tcp/0 --bootstrap "$where"
bora=$(ask bora profile.create "{\"name\":\"Bora\",$create}" | field account)
link=$(ask hana invite.create '{"single_use":true}' | field link)
ask bora contact.add "{\"link\":\"$link\"}" >/dev/null
until_seen bora contact.list '"state":"contact"' >/dev/null
until_seen hana contact.list '"state":"contact"' >/dev/null
chat=$(ask hana chat.open "{\"account\":\"$bora\"}" | field chat)
ask hana message.send "{\"chat\":\"$chat\",\"text\":\"Hi Bora, this never left our computer 👋\"}" >/dev/null
chat=$(ask bora chat.open "{\"account\":\"$hana\"}" | field chat)
until_seen bora chat.list 'never left' >/dev/null
ask bora message.send "{\"chat\":\"$chat\",\"text\":\"And nobody in between can read it.\"}" >/dev/null
until_seen hana chat.list 'in between' >/dev/null
until_seen hana node.status '"outbox":0' >/dev/null
until_seen bora node.status '"outbox":0' >/dev/null
ask hana node.shutdown '{}' >/dev/null
ask bora node.shutdown '{}' >/dev/null
wait "$hana_pid" "$bora_pid"
pids=()

# The windows, unlocked; the first one listens where the second one knocks.
common=(--passphrase-file "$work/passphrase" --no-mdns --lan-only)
"$bin/undertone" --profile "$work/hana" "${common[@]}" --listen "$where" &
pids+=($!)
port=${where##*/}
for _ in $(seq 150); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    kill -0 "${pids[0]}" 2>/dev/null || { echo "demo: the first window did not open" >&2; exit 1; }
    sleep 0.2
done
"$bin/undertone" --profile "$work/bora" "${common[@]}" --listen /ip4/127.0.0.1/tcp/0 --bootstrap "$where" &
pids+=($!)
echo "Hana and Bora are here. Both windows closed, both profiles are gone. Their passphrase: two people, one computer"
wait "${pids[@]}"
pids=()
