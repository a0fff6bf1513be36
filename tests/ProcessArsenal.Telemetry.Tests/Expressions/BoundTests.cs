using CsCheck;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Snapshots.Histories;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class BoundTests
{
    private const string Valid =
        "memory > 200MiB and not (cpu > 80% or name ~ 'a\\d+[x-z]{2}') and has(unit) or dead = false and state != \"idle\" or memory growing";

    private const string ValidFor = "memory > 200MiB and (cpu > 80% or name ~ 'a\\d+') and has(unit) for 90s";

    private static readonly string[] Pieces =
    [
        "memory", "cpu", "name", "dead", "state", "and", "or", "not", "(", ")", "=", "!=", "~", "!~", ">", "<=",
        "200MiB", "80%", "5m", "1h30m", "\"idle\"",
        "'x", "\"(\"", "has", "for", "growing", "for 5m", "memory growing", "memory_growth", "requests", "runtime", "\"dotnet\"",
        "true", "-1", "9e9", "\\", "&&", "é", "\0", "",
    ];

    [Fact]
    public void Random_text_never_throws() => Gen.String[0, 300].Sample(Check, iter: 5000);

    [Fact]
    public void Random_words_never_throw() =>
        Gen.OneOf(Pieces).List[0, 40].Sample(pieces => Check(string.Join(' ', pieces)), iter: 5000);

    [Fact]
    public void Mutated_text_never_throws() => Gen.Select(Gen.OneOf(Valid, ValidFor), Gen.Select(
        Gen.Int[0, Valid.Length - 1], Gen.Int[0, 3], Gen.Char[' ', '~']).List[1, 5]).Sample((text, edits) =>
    {
        foreach ((int at, int kind, char c) in edits)
        {
            int i = Math.Min(at, text.Length - 1);
            text = kind switch
            {
                0 => text.Remove(i, 1),
                1 => text.Insert(i, c.ToString()),
                2 => text[..i] + c + text[(i + 1)..],
                _ => text[..i],
            };
            if (text.Length == 0) break;
        }
        Check(text);
    }, iter: 5000);

    [Theory]
    [InlineData("(")]
    [InlineData("not ")]
    [InlineData("((not ")]
    [InlineData("dead and ")]
    [InlineData("dead or dead and ")]
    [InlineData("has(")]
    [InlineData("'")]
    [InlineData("name ~ '((((((((((")]
    [InlineData("9")]
    [InlineData("m")]
    public void Long_repetitions_end_soon_and_without_overflow(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, Expression.MaxLength / piece.Length));
        long start = TimeProvider.System.GetTimestamp();
        Check(text);
        Check(text + "dead");
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_pattern_that_may_be_slow_is_refused_or_ends_in_unknown()
    {
        ProcessRow row = Rows.Full();
        string text = string.Concat(Enumerable.Range(0, 4096).Select(i => "abc"[i * 7919 % 101 % 3]));
        row.Description = new() { Name = "x", Arguments = [text], CommandLine = text };
        long start = TimeProvider.System.GetTimestamp();
        Assert.False(Expression.TryParse("cmdline ~ '(.*a.{0,2000}){3}z'", out _, out _));
        Assert.NotEqual(Truth.True, Rows.Evaluate("cmdline ~ '(.*a.{0,300}){3}z'", in row));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Evaluation_allocates_nothing()
    {
        var expression = Rows.Parse(string.Join(" or ", FieldCatalogue.All.Where(f => f.Name != "memory_growth").Select(f => $"not has({f.Name})"))
            + " or not (memory >= 1 and cpu = 80% and fd_ratio < 1 and cpu_time > 0"
            + " and name ~ 'n[a-z]+x$' and unit != 'x' and state = 'sleeping' and not dead)");
        ProcessRow full = Rows.Full();
        ProcessRow bare = Rows.Bare();
        for (int i = 0; i < 100; i++) // The pattern's automaton is built here.
        {
            Assert.Equal(Truth.False, expression.Evaluate(in full));
            Assert.Equal(Truth.True, expression.Evaluate(in bare));
        }
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                expression.Evaluate(in full);
                expression.Evaluate(in bare);
            }
        }));
    }

    [Fact]
    public void Looking_back_allocates_nothing()
    {
        var bench = new HistoryBench();
        ProcessRow row = default;
        for (int i = 0; i < 130; i++) row = bench.Tick(2 + i, 4096 * (i + 1));
        Expression lasting = Rows.Parse("cpu > 1 and name = 'x' for 10m"), growing = Rows.Parse("memory growing and memory_growth > 1B");
        Assert.Equal(Truth.True, lasting.Evaluate(row));
        Assert.Equal(Truth.True, growing.Evaluate(row));
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                lasting.Evaluate(row);
                growing.Evaluate(row);
            }
        }));
    }

    private static void Check(string text)
    {
        if (Expression.TryParse(text, out Expression? expression, out ExpressionError? error))
        {
            // What can be read can be written, and means the same.
            Assert.Equal(expression.ToString(), Rows.Parse(expression.ToString()).ToString());
            ProcessRow row = Rows.Full();
            Assert.InRange(expression.Evaluate(in row), Truth.False, Truth.True);
            return;
        }
        Assert.InRange(error.Position, 0, text.Length);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 10, 500);
    }
}
