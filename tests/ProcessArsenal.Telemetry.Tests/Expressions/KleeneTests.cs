using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class KleeneTests
{
    private const Truth F = Truth.False;
    private const Truth U = Truth.Unknown;
    private const Truth T = Truth.True;

    // Evaluated on Rows.Full with cpu missing.
    private static readonly Dictionary<Truth, string> Atoms = new() { [F] = "pid = 1", [U] = "cpu > 1", [T] = "pid = 42" };

    [Theory]
    [InlineData(F, F, F, F)]
    [InlineData(F, U, F, U)]
    [InlineData(F, T, F, T)]
    [InlineData(U, F, F, U)]
    [InlineData(U, U, U, U)]
    [InlineData(U, T, U, T)]
    [InlineData(T, F, F, T)]
    [InlineData(T, U, U, T)]
    [InlineData(T, T, T, T)]
    public void And_and_or_have_the_truth_tables_of_Kleene(Truth a, Truth b, Truth and, Truth or)
    {
        Assert.Equal(and, Evaluate($"{Atoms[a]} and {Atoms[b]}"));
        Assert.Equal(or, Evaluate($"{Atoms[a]} or {Atoms[b]}"));
    }

    [Theory]
    [InlineData(F, T)]
    [InlineData(U, U)]
    [InlineData(T, F)]
    public void Not_unknown_is_unknown(Truth a, Truth expected) => Assert.Equal(expected, Evaluate($"not {Atoms[a]}"));

    [Theory]
    [InlineData("pid = 42 or pid = 42 and pid = 1", T)]
    [InlineData("(pid = 42 or pid = 42) and pid = 1", F)]
    [InlineData("not pid = 1 and pid = 1", F)]
    [InlineData("not (pid = 1 and pid = 1)", T)]
    public void Not_binds_tighter_than_and_and_that_than_or(string text, Truth expected) => Assert.Equal(expected, Evaluate(text));

    /// <summary>Whatever is built of a field without a value alone is never true, so it never selects.</summary>
    [Theory]
    [InlineData("cpu > 1")]
    [InlineData("cpu <= 1 or cpu > 1")]
    [InlineData("not cpu > 1")]
    [InlineData("cpu = 1 or not cpu = 1")]
    [InlineData("not (cpu = 1 and cpu != 1)")]
    public void Nothing_is_selected_unless_true(string text) => Assert.Equal(U, Evaluate(text));

    private static Truth Evaluate(string text)
    {
        ProcessRow row = Rows.Full();
        row.Rates.Cpu = null;
        return Rows.Evaluate(text, in row);
    }
}
