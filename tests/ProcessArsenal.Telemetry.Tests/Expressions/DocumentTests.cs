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
        - **Missing values**: a field without a value for a process makes the comparison *unknown*; `not` unknown is unknown, unknown `and` false is false, unknown `or` true is true.
          Only *true* selects; where an expression protects or excludes, unknown counts as protected. So a process outside of any container is not selected by `container != "..."`:
          write `not has(container) or container != "..."`. `has(field)` is never unknown.
        - **Bounds**: 4096 characters, 64 levels of parentheses and `not`.

        ## Fields

        | field | unit or type | what it is |
        |---|---|---|

        """;

    [Fact]
    public void The_document_is_what_the_catalogue_says()
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach (Field field in FieldCatalogue.All) text.Append($"| `{field.Name}` | {field.Unit} | {field.Description} |\n");
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
