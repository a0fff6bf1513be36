using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Expressions;
using YamlDotNet.Core;

namespace ProcessArsenal.Exporter.Tests.Configuration;

/// <summary>What people get wrong, and exactly what they are told.</summary>
public sealed class BrokenConfigurationTests
{
    public static TheoryData<string, string, string[]> Broken => new()
    {
        { "unknown section", "samplng: { interval: 5s }\n",
            [
                "config.yml:1:1: unknown key 'samplng': did you mean 'sampling'?",
            ] },
        { "unknown key in a section", "sampling:\n  intervall: 5s\n",
            [
                "config.yml:2:3: unknown key 'intervall' in 'sampling': did you mean 'interval'?",
            ] },
        { "exclusion by earlier samples", "groups: { exclude: ['cpu > 1 for 5m'] }\n",
            [
                "config.yml:1:30: 'groups.exclude[0]': this is unknown until there are earlier samples, and what is unknown is excluded too: all processes would be; compare values instead of 'for', 'growing' and memory_growth.",
            ] },
        { "attaching by earlier samples", "dotnet: { attach: 'memory growing' }\n",
            [
                "config.yml:1:27: 'dotnet.attach': whether to attach is decided as a process is found, when nothing is known of what it was like before; compare values instead of 'for', 'growing' and memory_growth.",
            ] },
        { "history too short", "sampling: { history: { fine: 5s } }\n",
            [
                "config.yml:1:30: 'sampling.history.fine' must be a duration from 1m to 1h, such as 10m, not '5s'.",
            ] },
        { "unknown key far from any", "flavour: vanilla\n",
            [
                "config.yml:1:1: unknown key 'flavour': there are listen, state_directory, sampling, groups, categories, flows, compatibility, watch, per_process, dotnet, host, alertmanager, control, supervisors, policies, otlp, artifacts, evidence, procfs, log.",
            ] },
        { "key of another section", "linger: 5m\n",
            [
                "config.yml:1:1: unknown key 'linger': did you mean 'groups.linger'?",
            ] },
        { "dotted key", "listen.metrics: http://0.0.0.0:1\n",
            [
                "config.yml:1:1: unknown key 'listen.metrics': write 'listen: { metrics: ... }'.",
            ] },
        { "supervisors are no mapping", "supervisors: { shop: [] }\n",
            [
                "config.yml:1:14: 'supervisors' must be a list of supervisors such as [{name: shop, children: [{name: orders, command: [dotnet, Orders.dll]}]}], not a mapping.",
            ] },
        { "supervisor without anything", "supervisors:\n  - {}\n",
            [
                "config.yml:2:5: 'supervisors[0]' has no name: give it one, such as name: shop.",
                "config.yml:2:5: 'supervisors[0]' has no children: give it one, such as children: [{name: orders, command: [dotnet, Orders.dll]}].",
            ] },
        { "supervisor with mistakes", "supervisors:\n  - name: lock\n    strategy: one_for_al\n    max_restart: 3\n    max_seconds: 0\n    children: []\n",
            [
                "config.yml:2:11: 'supervisors[0].name' must be a name of 1 to 64 letters, digits, '-', '_' and '.', such as shop, not 'lock': it is that of a file of ours: choose another.",
                "config.yml:3:15: 'supervisors[0].strategy' must be one of one_for_one, one_for_all, rest_for_one, not 'one_for_al': did you mean 'one_for_all'?",
                "config.yml:4:5: unknown key 'max_restart' in 'supervisors[0]': did you mean 'max_restarts'?",
                "config.yml:5:18: 'supervisors[0].max_seconds' must be a whole number from 1 to 86400, not '0'.",
                "config.yml:6:15: 'supervisors[0].children' must have 1 to 64 entries, not 0.",
            ] },
        { "children with mistakes", """
            supervisors:
              - name: shop
                children:
                  - { name: ../etc, command: dotnet Orders.dll, restart: always }
                  - { name: a, command: [], working_directory: srv, stop_signal: SIGTREM, stop_timeout: 10 }
                  - { name: a, command: [x, ~, [y]], environment: [K=v], user: 'a b' }
                  - { name: a, command: [x], environment: { 'A=B': c, D: ~ }, log: { path: o.log, max_size: 1 }, health: { interval: 1s } }
                  - { name: a, command: ["x\0"], health: { http: 'ftp://h', failures: 0 } }
                  - { name: b, command: [''], health: { http: 'http://me:secret@h/' } }

            """,
            [
                "config.yml:4:17: 'supervisors[0].children[0].name' must be a name of 1 to 64 letters, digits, '-', '_' and '.', such as orders, not '../etc': it must not begin with '.' or '-'.",
                "config.yml:4:34: 'supervisors[0].children[0].command' must be a list of a program and its arguments such as [dotnet, Orders.dll], not a single value.",
                "config.yml:4:62: 'supervisors[0].children[0].restart' must be one of permanent, transient, temporary, not 'always'.",
                "config.yml:5:29: 'supervisors[0].children[1].command' is empty: name a program.",
                "config.yml:5:52: 'supervisors[0].children[1].working_directory' must be an absolute path such as /srv/orders, not 'srv'.",
                "config.yml:5:70: 'supervisors[0].children[1].stop_signal' must be a signal such as SIGTERM, SIGINT or SIGQUIT, or its number, not 'SIGTREM': did you mean 'SIGTERM'?",
                "config.yml:5:93: 'supervisors[0].children[1].stop_timeout' must be a duration from 100ms to 1h, such as 10s, not '10': add a unit, one of ms, s, m, h, d.",
                "config.yml:6:33: 'supervisors[0].children[2].command[1]' has no value: give it one ('' for an empty one), or remove it.",
                "config.yml:6:36: 'supervisors[0].children[2].command[2]' must be text, not a list.",
                "config.yml:6:55: 'supervisors[0].children[2].environment' must be a mapping of names to values such as {LANG: C.UTF-8}, not a list.",
                "config.yml:6:68: 'supervisors[0].children[2].user' must be a user's name or number, such as app, not 'a b'.",
                "config.yml:7:49: 'supervisors[0].children[3].environment': 'A=B' is no name of a variable: it has no '=' and no NUL, and is not empty.",
                "config.yml:7:62: 'supervisors[0].children[3].environment.D' has no value: give it one ('' for an empty one), or remove it.",
                "config.yml:7:80: 'supervisors[0].children[3].log.path' must be the absolute path of a file such as /var/log/orders.log, or '' for none, not 'o.log'.",
                "config.yml:7:97: 'supervisors[0].children[3].log.max_size' must be a size from 64KiB to 1024GiB, such as 50MiB, not '1': add a unit, one of B, KiB, MiB, GiB, kB, MB, GB.",
                "config.yml:7:110: 'supervisors[0].children[3].health' has no http: give it one, such as http: 'http://127.0.0.1:8080/healthz'.",
                "config.yml:8:30: 'supervisors[0].children[4].command[0]' has a NUL, which no program can be given.",
                "config.yml:8:54: 'supervisors[0].children[4].health.http' must be http:// or https://, a host and a path, such as http://127.0.0.1:8080/healthz, not 'ftp://h'.",
                "config.yml:8:75: 'supervisors[0].children[4].health.failures' must be a whole number from 1 to 100, not '0'.",
                "config.yml:9:30: 'supervisors[0].children[5].command[0]' is empty: name a program.",
                "config.yml:9:51: 'supervisors[0].children[5].health.http' must be http:// or https://, a host and a path, such as http://127.0.0.1:8080/healthz, not one with a user.",
            ] },
        { "supervised twice", """
            supervisors:
              - { name: shop, children: [ { name: a, command: [x], log: { path: /l } }, { name: a, command: [x] } ] }
              - { name: shop, children: [ { name: a, command: [x], log: { path: /l } } ] }

            """,
            [
                "config.yml:2:77: 'supervisors[0].children[1]': 'a' is the name of 'supervisors[0].children[0]' already: choose another.",
            ] },
        { "one log of two", """
            supervisors:
              - { name: shop, children: [ { name: a, command: [x], log: { path: /l } } ] }
              - { name: other, children: [ { name: a, command: [x], log: { path: /l } } ] }

            """,
            [
                "config.yml:2:3: 'supervisors': log: two children write to '/l'.",
            ] },
        { "section is a list", "groups: [a]\n",
            [
                "config.yml:1:9: 'groups' must be a section of rules, process_exporter_config, exclude, max, linger, not a list.",
            ] },
        { "reserved group", "groups: { rules: [ { name: other } ] }\n",
            [
                "config.yml:1:28: 'groups.rules[0].name': 'other' is the name of a group of our own: choose another.",
            ] },
        { "root is a list", "- a\n- b\n",
            [
                "config.yml:1:1: settings must be 'key: value' lines, not a list.",
            ] },
        { "root is text", "hello\n",
            [
                "config.yml:1:1: settings must be 'key: value' lines, not a single value.",
            ] },
        { "duplicate key", "watch: []\nprocfs: /proc\nwatch: []\n",
            [
                "config.yml:3:1: duplicate key 'watch': it is already in line 1, keep one.",
            ] },
        { "no value", "sampling:\n  interval:\n",
            [
                "config.yml:2:12: 'sampling.interval' has no value: give it one, or remove it.",
            ] },
        { "null list", "watch: ~\n",
            [
                "config.yml:1:8: 'watch' has no value: give it one, or remove it.",
            ] },
        { "list for a scalar", "procfs: [/proc]\n",
            [
                "config.yml:1:9: 'procfs' must be an absolute path such as /proc, not a list.",
            ] },
        { "mapping for a scalar", "procfs: {a: b}\n",
            [
                "config.yml:1:9: 'procfs' must be an absolute path such as /proc, not a mapping.",
            ] },
        { "scalar for a list", "watch: name = \"x\"\n",
            [
                "config.yml:1:8: 'watch' must be a list of expressions such as ['group = \"orders\"'], not a single value.",
            ] },
        { "duration out of range", "sampling: { interval: 50ms }\n",
            [
                "config.yml:1:23: 'sampling.interval' must be a duration from 100ms to 10m, such as 5s, not '50ms'.",
            ] },
        { "duration too long", "groups: { linger: 25h }\n",
            [
                "config.yml:1:19: 'groups.linger' must be a duration from 0s to 1d, such as 10m, not '25h'.",
            ] },
        { "duration without unit", "sampling: { interval: 5 }\n",
            [
                "config.yml:1:23: 'sampling.interval' must be a duration from 100ms to 10m, such as 5s, not '5': add a unit, one of ms, s, m, h, d.",
            ] },
        { "duration nonsense", "sampling: { interval: five }\n",
            [
                "config.yml:1:23: 'sampling.interval' must be a duration from 100ms to 10m, such as 5s, not 'five'.",
            ] },
        { "number out of range", "groups: { max: 0 }\n",
            [
                "config.yml:1:16: 'groups.max' must be a whole number from 1 to 10000, not '0'.",
            ] },
        { "number in quotes", "groups: { max: \"10\" }\n",
            [
                "config.yml:1:16: 'groups.max' must be a whole number from 1 to 10000, not '10' in quotes: remove them.",
            ] },
        { "number with fraction", "per_process: { top: 1.5 }\n",
            [
                "config.yml:1:21: 'per_process.top' must be a whole number from 0 to 1000, not '1.5'.",
            ] },
        { "url with path", "listen: { metrics: \"http://0.0.0.0:9464/metrics\" }\n",
            [
                "config.yml:1:20: 'listen.metrics' must be http://, an IP address or localhost, and a port, such as http://0.0.0.0:9464, not 'http://0.0.0.0:9464/metrics'.",
            ] },
        { "url with name", "listen: { metrics: \"http://example.org:9464\" }\n",
            [
                "config.yml:1:20: 'listen.metrics' must be http://, an IP address or localhost, and a port, such as http://0.0.0.0:9464, not 'http://example.org:9464'.",
            ] },
        { "url without port", "listen: { metrics: \"http://127.0.0.1\" }\n",
            [
                "config.yml:1:20: 'listen.metrics' must be http://, an IP address or localhost, and a port, such as http://0.0.0.0:9464, not 'http://127.0.0.1'.",
            ] },
        { "https", "listen: { metrics: \"https://127.0.0.1:1\" }\n",
            [
                "config.yml:1:20: 'listen.metrics' must be http://, an IP address or localhost, and a port, such as http://0.0.0.0:9464, not 'https://127.0.0.1:1'.",
            ] },
        { "relative path", "state_directory: state\n",
            [
                "config.yml:1:18: 'state_directory' must be an absolute path such as /var/lib/process-arsenal, not 'state'.",
            ] },
        { "unknown level", "log: { level: warn }\n",
            [
                "config.yml:1:15: 'log.level' must be one of debug, information, warning, error, not 'warn': did you mean 'warning'?",
            ] },
        { "level far", "log: { level: loud }\n",
            [
                "config.yml:1:15: 'log.level' must be one of debug, information, warning, error, not 'loud'.",
            ] },
        { "rules no list", "groups: { rules: {exe: [a]} }\n",
            [
                "config.yml:1:18: 'groups.rules' must be a list of rules such as [{exe: [nginx]}], not a mapping.",
            ] },
        { "rule no mapping", "groups: { rules: [nginx] }\n",
            [
                "config.yml:1:19: 'groups.rules[0]' must be a rule such as {exe: [nginx]}, not a single value.",
            ] },
        { "rule unknown key", "groups:\n  rules:\n    - nam: x\n",
            [
                "config.yml:3:7: unknown key 'nam' in 'groups.rules[0]': did you mean 'name'?",
            ] },
        { "rule key far", "groups:\n  rules:\n    - zzzzzz: x\n",
            [
                "config.yml:3:7: unknown key 'zzzzzz' in 'groups.rules[0]': there are name, comm, exe, cmdline, unit, user, labels.",
            ] },
        { "rule selector scalar", "groups:\n  rules:\n    - exe: nginx\n",
            [
                "config.yml:3:12: 'groups.rules[0].exe' must be a list such as [/usr/sbin/nginx], not a single value.",
            ] },
        { "rule selector empty", "groups:\n  rules:\n    - exe: []\n",
            [
                "config.yml:3:12: 'groups.rules[0].exe' is empty: name at least one, or remove the key.",
            ] },
        { "rule entry null", "groups:\n  rules:\n    - exe: [a, ~]\n",
            [
                "config.yml:3:16: 'groups.rules[0].exe[1]' has no value: give it one, or remove it.",
            ] },
        { "rule template", "groups:\n  rules:\n    - name: '{{.ExeBas}}'\n",
            [
                "config.yml:3:13: 'groups.rules[0].name': unknown variable '.ExeBas': did you mean '.ExeBase'?",
            ] },
        { "rule unclosed template", "groups:\n  rules:\n    - name: '{{.ExeBase'\n",
            [
                "config.yml:3:13: 'groups.rules[0].name': '{{.ExeBase' is never closed: add }}.",
            ] },
        { "rule capture", "groups:\n  rules:\n    - name: '{{.Matches.prot}}'\n      cmdline: ['(?P<port>.)']\n",
            [
                "config.yml:3:13: 'groups.rules[0].name': no cmdline expression of this rule captures 'prot': did you mean '.Matches.port'?",
            ] },
        { "rule regex", "groups:\n  rules:\n    - name: '{{.Matches.port}}'\n      cmdline: ['a', '(']\n",
            [
                "config.yml:4:22: 'groups.rules[0].cmdline[1]': bad regular expression (InsufficientClosingParentheses) at its character 1: correct it.",
            ] },
        { "rule lookahead", "groups:\n  rules:\n    - cmdline: ['(?=a)']\n",
            [
                "config.yml:3:17: 'groups.rules[0].cmdline[0]': the regular expression is too large, or needs backtracking (look-around, back-references, atomic groups): rewrite it without.",
            ] },
        { "attach, a slip", "dotnet:\n  attach: alll\n",
            [
                "config.yml:2:11: 'dotnet.attach' must be all, none, or an expression, not 'alll': did you mean 'all'?",
            ] },
        { "attach, another", "dotnet:\n  attach: no\n",
            [
                "config.yml:2:11: 'dotnet.attach' must be all, none, or an expression, not 'no': did you mean 'none'?",
            ] },
        { "meters", "dotnet:\n  meters: [My.*, '*', '*.Orders', My.*.Shop]\n",
            [
                "config.yml:2:24: 'dotnet.meters[2]': a '*' stands for the rest of a name, and may only end it: write 'My.*', or the names in full.",
                "config.yml:2:38: 'dotnet.meters[3]': a '*' stands for the rest of a name, and may only end it: write 'My.*', or the names in full.",
            ] },
        { "host labels", "host:\n  labels: { instance: '', x: [a] }\n",
            [
                "config.yml:2:23: 'host.labels.instance' must have 1 to 2048 characters.",
                "config.yml:2:30: 'host.labels.x' must be a text, not a list.",
            ] },
        { "alertmanager", "alertmanager:\n  urls: ['http://u:p@am:9093', 'http://am:9093/api/v2/alerts', am, 'http://a', 'http://a/']\n",
            [
                "config.yml:2:10: 'alertmanager.urls[0]' must be http:// or https://, a host and a port, such as http://localhost:9093, not one with a user, a query or a fragment.",
                "config.yml:2:32: 'alertmanager.urls[1]' must be http:// or https://, a host and a port, such as http://localhost:9093, not 'http://am:9093/api/v2/alerts': without the path of its API, which is added to it.",
                "config.yml:2:64: 'alertmanager.urls[2]' must be http:// or https://, a host and a port, such as http://localhost:9093, not 'am': begin with http:// or https://.",
                "config.yml:2:80: 'alertmanager.urls[4]': 'http://a' is the name of 'alertmanager.urls[3]' already: choose another.",
            ] },
        { "spans", "dotnet:\n  spans: { enabled: yes, sampler: rate(0) }\n",
            [
                "config.yml:2:21: 'dotnet.spans.enabled' must be true or false, not 'yes': did you mean 'true'?",
                "config.yml:2:35: 'dotnet.spans.sampler' must be auto, rate(N) for N traces a second of each process, ratio(R) for a share R of them from 0 to 1, or all, not 'rate(0)'.",
            ] },
        { "no spans", "dotnet:\n  spans: { enabled: 'false', sampler: none }\n",
            [
                "config.yml:2:21: 'dotnet.spans.enabled' must be true or false, not 'false' in quotes: remove them.",
                "config.yml:2:39: 'dotnet.spans.sampler' must be auto, rate(N) for N traces a second of each process, ratio(R) for a share R of them from 0 to 1, or all, not 'none': for no spans, set dotnet.spans.enabled: false.",
            ] },
        { "rule long comm", "groups:\n  rules:\n    - comm: [dotnet-very-long-name]\n",
            [
                "config.yml:3:14: 'groups.rules[0].comm[0]': 'dotnet-very-long-name' never matches, as the kernel keeps 15 bytes of a name: write 'dotnet-very-lon', or use exe.",
            ] },
        { "label reserved", "groups:\n  rules:\n    - labels: { job: x, team: web }\n",
            [
                "config.yml:3:17: 'groups.rules[0].labels': the label 'job' is set by the exporter or by Prometheus: choose another name.",
            ] },
        { "label shape", "groups:\n  rules:\n    - labels: { my-team: x, __name__: y }\n",
            [
                "config.yml:3:17: 'groups.rules[0].labels': 'my-team' can't be a label's name: use letters, digits and _, no digit first, at most 100.",
                "config.yml:3:29: 'groups.rules[0].labels': label names that start with __ are Prometheus's own: rename '__name__'.",
            ] },
        { "label value", "groups:\n  rules:\n    - labels: { team: [web], crew: '{{.Unti}}' }\n",
            [
                "config.yml:3:23: 'groups.rules[0].labels.team' must be text, not a list.",
                "config.yml:3:36: 'groups.rules[0].labels.crew': unknown variable '.Unti': did you mean '.Unit'?",
            ] },
        { "anchor and alias", "watch: &w []\ngroups: { exclude: *w }\n",
            [
                "config.yml:1:8: anchors (&name) are not supported: write the value out where it is needed.",
                "config.yml:2:20: aliases (*name) are not supported: write the value out.",
            ] },
        { "self-referring alias", "watch: &w [*w]\n",
            [
                "config.yml:1:8: anchors (&name) are not supported: write the value out where it is needed.",
                "config.yml:1:12: aliases (*name) are not supported: write the value out.",
            ] },
        { "tag", "groups: { max: !!int 5 }\n",
            [
                "config.yml:1:16: tags (!name) are not supported: remove it.",
            ] },
        { "tag that is no URI", "watch: [!!str']\n",
            [
                "config.yml:1:8: a tag (!name) after this point, which is not supported: remove it.",
            ] },
        { "merge key", "groups: { <<: { max: 5 } }\n",
            [
                "config.yml:1:11: unknown key '<<' in 'groups': there are rules, process_exporter_config, exclude, max, linger.",
            ] },
        { "two documents", "procfs: /proc\n---\nprocfs: /proc\n",
            [
                "config.yml:2:1: a second YAML document begins here: keep all settings in one.",
            ] },
        { "directive", "%YAML 1.1\n---\nprocfs: /proc\n",
            [
                "config.yml:1:1: YAML directives (%...) are not supported: remove the line.",
            ] },
        { "key is a list", "? [a, b]\n: c\n",
            [
                "config.yml:1:3: a key must be a single word, not a list or a mapping.",
            ] },
        { "tab", "sampling:\n\tinterval: 5s\n",
            [
                "config.yml:2:1: a tab: indent with spaces.",
            ] },
        { "control character", "procfs: /pr\u0001oc\n",
            [
                "config.yml:1:12: the control character U+0001: remove it.",
            ] },
        { "unclosed flow then key", "watch: [a, b\ngroups: {}\n",
            [
                "config.yml:1:8: a list begins here that is never closed: add ']'.",
            ] },
        { "unclosed mapping", "groups: { max: 5\n",
            [
                "config.yml:2:1: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'.",
            ] },
        { "unclosed quote", "procfs: '/proc\n",
            [
                "config.yml:1:9: not valid YAML: while scanning a quoted scalar, found unexpected end of stream.",
            ] },
        { "mapping in plain", "procfs: a: b\n",
            [
                "config.yml:1:10: not valid YAML: while scanning a plain scalar value, found invalid mapping.",
            ] },
        { "bad indentation", "procfs: /proc\n  log: {}\n",
            [
                "config.yml:2:6: not valid YAML: while scanning a plain scalar value, found invalid mapping.",
            ] },
        { "too deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n",
            [
                "config.yml:1:33: nested more than 32 levels deep: no setting is.",
            ] },
        { "bad escape", "procfs: \"\\q\"\n",
            [
                "config.yml:1:9: not valid YAML: while scanning a quoted scalar, found unknown escape character.",
            ] },
        { "foreign text is made harmless", "procfs: \"a\\nb\\x1b[31m\"\n",
            [
                "config.yml:1:9: 'procfs' must be an absolute path such as /proc, not 'a\ufffdb\ufffd[31m'.",
            ] },
        { "everything at once", "samplng: {}\nsampling: { interval: 1ms }\ngroups:\n  max: none\n  rules:\n    - exe: x\n      name: '{{'\nlog: { level: info }\n",
            [
                "config.yml:1:1: unknown key 'samplng': did you mean 'sampling'?",
                "config.yml:2:23: 'sampling.interval' must be a duration from 100ms to 10m, such as 5s, not '1ms'.",
                "config.yml:4:8: 'groups.max' must be a whole number from 1 to 10000, not 'none'.",
                "config.yml:6:12: 'groups.rules[0].exe' must be a list such as [/usr/sbin/nginx], not a single value.",
                "config.yml:7:13: 'groups.rules[0].name': '{{' is never closed: add }}.",
                "config.yml:8:15: 'log.level' must be one of debug, information, warning, error, not 'info': did you mean 'information'?",
            ] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Says_where_and_what_and_all_at_once(string what, string yaml, string[] errors)
    {
        Assert.NotEmpty(what);
        Assert.Equal(errors, LoadText.Errors(yaml));
    }

    [Fact]
    public void Every_message_is_one_line_and_ends_like_a_sentence() =>
        Assert.All(Broken.SelectMany(row => LoadText.Errors(row.Data.Item2)), message =>
        {
            Assert.DoesNotContain(message, char.IsControl);
            Assert.Contains(message[^1], ".?");
        });

    [Theory]
    [InlineData("watch: [memory >]\n", "memory >", 9)]
    [InlineData("watch: ['memory >']\n", "memory >", 10)]
    [InlineData("watch:\n  - 'x'\n", "x", 6)]
    public void Errors_in_an_expression_point_into_it(string yaml, string text, int column)
    {
        Assert.False(Expression.TryParse(text, out _, out ExpressionError? error));
        string at = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"config.yml:{yaml.Count('\n')}:{column + error!.Position}");
        Assert.Equal([$"{at}: 'watch[0]': {error.Message}"], LoadText.Errors(yaml));
    }

    [Fact]
    public void An_error_that_cannot_be_pointed_at_is_counted()
    {
        var errors = new ErrorList();
        new BindContext("ARSENAL_WATCH", HasLines: false, errors).Error(YamlScalar.Of("cpu >"), 4, "wrong");
        new BindContext("f", HasLines: true, errors).Error(new YamlScalar(new(2, 5), "cpu >\n", ScalarStyle.Literal, new(4, 1)), 4, "wrong");
        new BindContext("f", HasLines: true, errors).Error(new YamlScalar(new(2, 5), "cpu >", ScalarStyle.SingleQuoted, new(2, 12)), 4, "wrong");
        Assert.Equal(
            ["ARSENAL_WATCH: wrong (at character 5 of the value)", "f:2:5: wrong (at character 5 of the value)", "f:2:10: wrong"],
            errors.ToList().Select(error => error.ToString()));
    }

    [Fact]
    public void Errors_are_bounded()
    {
        string yaml = string.Concat(Enumerable.Range(0, 5000).Select(i => $"unknown{i}: 1\n"));
        string[] errors = LoadText.Errors(yaml);
        Assert.Equal(ErrorList.Max + 1, errors.Length);
        Assert.Equal("configuration: and 4900 more errors: correct these first.", errors[^1]);
    }
}
