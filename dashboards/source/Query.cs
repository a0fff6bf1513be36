namespace ProcessArsenal.Dashboards;

/// <summary>What a panel asks Prometheus.</summary>
/// <param name="Expression">PromQL, with the variables of the dashboard.</param>
/// <param name="Legend">How each series is called; <c>{{label}}</c> is a label of it.</param>
/// <param name="IsInstant">Only the value of now, as tables and single numbers want it.</param>
/// <param name="HasExemplars">Whether points that lead to traces are shown too.</param>
public sealed record Query(string Expression, string Legend, bool IsInstant = false, bool HasExemplars = false)
{
    public string Expression { get; } = Expression.Replace("\" }", "\"}", StringComparison.Ordinal).Replace("\" ,", "\",", StringComparison.Ordinal);
}

/// <summary>What a dashboard lets a person choose.</summary>
/// <param name="Name">As queries have it: <c>$group</c>.</param>
/// <param name="Definition">Where its values come from: <c>label_values(metric, label)</c>.</param>
/// <param name="IsMany">Several at once, and all.</param>
public sealed record Variable(string Name, string Label, string Definition, bool IsMany);
