using System.Text;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class DocumentTests
{
    private const string Introduction = """
        <!-- Generated from FieldCatalogue by DocumentTests: run the tests with UPDATE_GOLDEN=1. -->
        # Expressions

        One language of conditions for configuration, API and command line:

            memory > 200MiB and cpu > 80% and not (group = "orders" or dead)

        - **Logic**: `not` binds tighter than `and`, that tighter than `or`; parentheses as usual. Keywords are in lower case.
        - **Comparison**: a field, then an operator, then a value. Numbers take `= != < <= > >=`; text takes `= != ~ !~`, where `=` means the same
          characters; a flag stands alone or takes `= true`, `= false`.
        - **Patterns** (`~`, `!~`) are .NET regular expressions that search anywhere in the text, as grep does: anchor with `^` and `$`. They match case unless they start with `(?i)`.
          They never backtrack, so lookaround, backreferences, atomic groups and very large counts are errors. A search of more than 100 ms is *unknown*.
        - **Text** stands in double or single quotes. `\\ \" \' \n \t` are escapes; a backslash before anything else is itself, so `"\d+"` is the pattern it looks like.
        - **Numbers** take at most one unit, and a number without one counts in the field's own unit:
          sizes `B KiB MiB GiB TiB kB MB GB TB`, durations `ms s m h d`, percentages `%` (80% = 0.8).
          `cpu` above 64, and a ratio above 1, take the `%`: `cpu > 80` would be 80 cores, which hardly anybody means, and who does writes `cpu > 8000%`.
        - **For a time**: `... for 5m` stands once, at the end, and means the whole expression before it. It is true if that was true at every sample of the last 5 minutes; false if it
          was false at any of them, or the process is younger; *unknown* if some of that time is not covered, as when we have just started. The latest sample counts exactly, earlier ones
          within 0.04 %. Samples are kept for `sampling.history.fine` (at most 720 of them); for what is earlier, up to `sampling.history.coarse`, the means of 108 spans count, in which a
          short dip does not show. Text is not kept: the process's name, group and so on count as they are now. Fields that can stand before `for` are marked in the table.
        - **Growing**: `memory growing` takes the lowest value in each twelfth of the last 10 minutes, so that what a garbage collector gives back is no growth. It is true if those rose in
          two thirds of the steps and by more than 1 % in all, no step lost more than a fifth of that, and the later half rose by at least a third of what the earlier half did (else it
          warms up). *Unknown* if less than half of the time is known. What comes and goes more slowly than 10 minutes looks like growth. It needs `sampling.interval` of 0.5 s to 50 s.
        - What looks back is refused in `groups.exclude` and `dotnet.attach`, and by commands that take two samples only.
        - **Missing values**: a field without a value for a process makes the comparison *unknown*; `not` unknown is unknown, unknown `and` false is false, unknown `or` true is true.
          Only *true* selects; where an expression protects or excludes, unknown counts as protected. So a process outside of any container is not selected by `container != "..."`:
          write `not has(container) or container != "..."`. `has(field)` is never unknown.
        - **Bounds**: 4096 characters, 64 levels of parentheses and `not`.

        ## Fields

        | field | unit or type | `for` | `growing` | what it is |
        |---|---|---|---|---|

        """;

    [Fact]
    public void The_document_is_what_the_catalogue_says()
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach (Field field in FieldCatalogue.All)
            text.Append($"| `{field.Name}` | {field.Unit} | {(field.HasPast ? "yes" : "")} | {(field is NumberField { Signal: not null } ? "yes" : "")} | {field.Description} |\n");
        Golden.Check("docs/expressions.md", text.ToString());
    }

    [Fact]
    public void Names_are_unique_and_no_keywords()
    {
        Assert.Distinct(FieldCatalogue.All.Select(f => f.Name));
        Assert.All(FieldCatalogue.All, f => Assert.DoesNotContain(f.Name, Keywords.All));
        Assert.All(FieldCatalogue.All, f => Assert.Matches("^[a-z_]+$", f.Name));
    }
}
