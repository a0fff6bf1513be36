namespace ProcessArsenal.Control.Supervision;

/// <summary>Which child is meant, of which supervisor. Written <c>SUPERVISOR/CHILD</c>, which no identity is: neither name has a slash (<see cref="SpecCheck"/>).</summary>
public sealed record ChildName(string Supervisor, string Child)
{
    public override string ToString() => $"{Supervisor}/{Child}";

    /// <returns>Null if it is no such name. Whether there is such a child is another question.</returns>
    public static ChildName? Parse(string text)
    {
        string[] parts = text.Split('/', 3);
        return parts.Length == 2 && SpecCheck.IsName(parts[0]) && SpecCheck.IsName(parts[1]) ? new ChildName(parts[0], parts[1]) : null;
    }
}
