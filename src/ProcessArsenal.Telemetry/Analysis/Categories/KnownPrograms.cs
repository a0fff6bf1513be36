using System.Collections.Frozen;

namespace ProcessArsenal.Telemetry.Analysis.Categories;

/// <summary>Programs that are known by the name of their executable.</summary>
internal static class KnownPrograms
{
    private static readonly FrozenDictionary<string, string> Roles = Of(
        (ProcessCategory.Database, "postgres postmaster mysqld mariadbd mongod mongos redis-server valkey-server memcached clickhouse clickhouse-server etcd influxd influxd2 oracle sqlservr cassandra cockroach couchdb neo4j slapd"),
        (ProcessCategory.WebServer, "nginx apache2 httpd lighttpd caddy haproxy envoy traefik varnishd squid h2o openresty"),
        (ProcessCategory.Broker, "rabbitmq-server nats-server mosquitto nsqd redpanda pulsar beanstalkd"),
        (ProcessCategory.Shell, "sh bash dash zsh fish ksh ash tcsh csh busybox pwsh tmux screen"),
        (ProcessCategory.ContainerRuntime, "dockerd containerd containerd-shim containerd-shim-runc-v2 runc crun crio conmon podman buildah kubelet docker-proxy docker-init pause lxc-start systemd-nspawn"),
        (ProcessCategory.Supervisor, "systemd init launchd supervisord runit runsv runsvdir s6-svscan s6-supervise monit circusd tini dumb-init catatonit upstart openrc-init"),
        (ProcessCategory.Monitoring, "prometheus alertmanager node_exporter process-exporter grafana grafana-server telegraf collectd fluentd fluent-bit vector otelcol otelcol-contrib jaeger-all-in-one promtail loki datadog-agent agent zabbix_agentd filebeat metricbeat process-arsenal cadvisor"));

    private static readonly FrozenDictionary<string, string> Runtimes = Of(
        ("jvm", "java jsvc jexec"), ("node", "node nodejs bun deno"), ("python", "python python2 python3 pypy pypy3 uwsgi gunicorn"), ("ruby", "ruby puma unicorn"), ("php", "php php-fpm php-cgi"),
        ("perl", "perl"), ("beam", "beam.smp beam erl"), ("dotnet", "dotnet mono"));

    /// <summary>What is run by an interpreter and known by the name of its module or class, the last part of an argument.</summary>
    private static readonly FrozenDictionary<string, string> Hosted = Of(
        (ProcessCategory.Broker, "kafka.Kafka org.apache.activemq.artemis.boot.Artemis org.apache.pulsar.PulsarBrokerStarter rabbit rabbitmq"),
        (ProcessCategory.Database, "org.apache.cassandra.service.CassandraDaemon org.elasticsearch.bootstrap.Elasticsearch org.opensearch.bootstrap.OpenSearch org.apache.zookeeper.server.quorum.QuorumPeerMain org.apache.solr"),
        (ProcessCategory.Supervisor, "supervisord"));

    /// <summary>By the role; null if the program has none that is known.</summary>
    public static string? RoleOf(string executable) => Roles.GetValueOrDefault(Plain(executable));

    /// <summary>By what runs it: <c>python3.11</c> is python.</summary>
    public static string? RuntimeOf(string executable) => Runtimes.GetValueOrDefault(executable) ?? Runtimes.GetValueOrDefault(Plain(executable));

    /// <summary>By the first of a program's arguments that says what it is.</summary>
    public static string? RoleOf(IReadOnlyList<string> arguments, out string? found)
    {
        const int Most = 256; // A Java program may have a hundred options before its class.
        for (int i = 1; i < Math.Min(arguments.Count, Most); i++)
        {
            found = arguments[i];
            if (found.Length > 0 && found[0] != '-' && Hosted.GetValueOrDefault(found[(found.LastIndexOf('/') + 1)..]) is { } role) return role;
        }
        found = null;
        return null;
    }

    /// <summary>Without a version: php-fpm8.2, python3.11, postgres (of postgresql-15).</summary>
    private static string Plain(string name)
    {
        int end = name.Length;
        while (end > 0 && (char.IsAsciiDigit(name[end - 1]) || name[end - 1] == '.')) end--;
        string plain = end == 0 ? name : name[..end].TrimEnd('-', '_');
        return Roles.ContainsKey(name) || Runtimes.ContainsKey(name) ? name : plain;
    }

    private static FrozenDictionary<string, string> Of(params (string Value, string Names)[] lines) =>
        lines.SelectMany(static line => line.Names.Split(' ').Select(name => KeyValuePair.Create(name, line.Value))).ToFrozenDictionary(StringComparer.Ordinal);
}
