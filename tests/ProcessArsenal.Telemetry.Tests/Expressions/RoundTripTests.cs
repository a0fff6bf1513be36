using CsCheck;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class RoundTripTests
{
    /// <summary>An expression in two ways: as it is written canonically, and with needless blanks, quotes and parentheses.</summary>
    /// <param name="Kind">|, &amp;, ! or a for an atom: decides where parentheses are needed.</param>
    private sealed record Written(char Kind, string Canonical, string Noisy);

    private static readonly Gen<string> Blank = Gen.OneOf(" ", "  ", "\t", "\r\n ");

    private static readonly Gen<string> OptionalBlank = Gen.OneOf("", " ", "\n");

    private static readonly Gen<(string Canonical, string Noisy)> Number = Gen.Select(
        Gen.Int[0, 99999], Gen.Int[0, 99], (whole, part) => part == 0
            ? (FormattableString.Invariant($"{whole}"), FormattableString.Invariant($"00{whole}.00"))
            : (FormattableString.Invariant($"{whole}.{part:00}").TrimEnd('0'), FormattableString.Invariant($"{whole}.{part:00}0")));

    private static readonly Gen<Written> NumberAtom = Gen.Select(
        Gen.OneOf(("memory", "MiB", "MiB"), ("io_read", "kB", "KB"), ("uptime", "ms", "ms"), ("cpu", "%", "%"), ("pid", "", ""),
            ("fds", "", "")),
        Gen.OneOf("=", "!=", "<", "<=", ">", ">="), Number, OptionalBlank, (field, op, number, blank) => new Written('a',
            $"{field.Item1} {op} {number.Canonical}{field.Item2}", $"{field.Item1}{blank}{op}{blank}{number.Noisy}{field.Item3}"));

    private static readonly Gen<Written> TextAtom = Gen.Select(
        Gen.OneOf("name", "group", "cmdline"), Gen.OneOf("=", "!="), Gen.String[Gen.Char["ab \\\"'\n\té"], 0, 8], (field, op, value) =>
            new Written('a', $"{field} {op} \"{Escape(value, '"').Replace("\n", "\\n").Replace("\t", "\\t")}\"",
            $"{field}{op}'{Escape(value, '\'')}'"));

    private static readonly Gen<Written> OtherAtom = Gen.OneOf(
        new Written('a', "dead", "dead = true"),
        new Written('!', "not dead", "dead!=true"),
        new Written('a', "has(unit)", "has ( unit )"),
        new Written('a', "name ~ \"^\\\\d+$\"", "name ~ '^\\d+$'"),
        new Written('a', "memory growing", "memory\n growing"),
        new Written('a', "state != \"idle\"", "state != 'idle'"));

    /// <summary>Such as may stand before <c>for</c>.</summary>
    private static readonly Gen<Written> LastingAtom = Gen.OneOf<Written>(NumberAtom, TextAtom, Gen.Const(new Written('a', "has(unit)", "has ( unit )")));

    [Fact]
    public void What_is_written_in_any_way_reads_as_its_canonical_text() => Tree(3).Sample(written =>
    {
        Assert.Equal(written.Canonical, Rows.Parse(written.Noisy).ToString());
        Assert.Equal(written.Canonical, Rows.Parse(written.Canonical).ToString());
        Assert.Equal(written.Noisy, Rows.Parse(written.Noisy).Text);
    }, iter: 2000);

    [Fact]
    public void For_stands_at_the_end_without_parentheses() => Gen.Select(
        Tree(3, LastingAtom), Gen.Int[1, 20], Gen.OneOf("s", "m", "h"), Blank).Sample((written, number, unit, blank) =>
    {
        string canonical = FormattableString.Invariant($"{written.Canonical} for {number}{unit}");
        Assert.Equal(canonical, Rows.Parse(FormattableString.Invariant($"{written.Noisy}{blank}for{blank}0{number}.0{unit}")).ToString());
        Assert.Equal(canonical, Rows.Parse(canonical).ToString());
    }, iter: 1000);

    [Theory]
    [InlineData("(cpu > 1 or fds > 2) for 5m", "cpu > 1 or fds > 2 for 5m")]
    [InlineData("(dead and dead) and (dead or (dead or dead))", "dead and dead and (dead or dead or dead)")]
    [InlineData("not not (dead)", "not not dead")]
    [InlineData("cpu > -0.50", "cpu > -0.5")]
    [InlineData("pid = 000", "pid = 0")]
    public void Canonical_text(string text, string expected) => Assert.Equal(expected, Rows.Parse(text).ToString());

    private static Gen<Written> Tree(int depth) => Tree(depth, Gen.OneOf<Written>(NumberAtom, TextAtom, OtherAtom));

    private static Gen<Written> Tree(int depth, Gen<Written> atom)
    {
        if (depth == 0) return atom;
        Gen<Written> part = Tree(depth - 1, atom);
        Gen<Written> not = Gen.Select(part, Blank, (p, blank) => new Written('!', $"not {Inside(p, '!')}", $"not{blank}({p.Noisy})"));
        return Gen.OneOf<Written>(atom, not, Chain('&', "and", part), Chain('|', "or", part));
    }

    private static Gen<Written> Chain(char kind, string keyword, Gen<Written> part) => Gen.Select(part.List[2, 3], Blank, (parts, blank) =>
        new Written(kind,
            string.Join($" {keyword} ", parts.Select(p => Inside(p, kind))),
            string.Join($"{blank}{keyword}{blank}", parts.Select(p => $"({p.Noisy}{blank})"))));

    private static string Inside(Written part, char place) =>
        "|&!a".IndexOf(part.Kind) < "|&!a".IndexOf(place) ? $"({part.Canonical})" : part.Canonical;

    private static string Escape(string value, char quote) =>
        value.Replace("\\", "\\\\").Replace(quote.ToString(), $"\\{quote}");
}
