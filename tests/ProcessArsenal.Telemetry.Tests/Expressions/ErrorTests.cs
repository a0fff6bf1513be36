using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("", 0, "the expression is empty; write for example memory > 200MiB")]
    [InlineData("  ", 0, "the expression is empty; write for example memory > 200MiB")]
    [InlineData("memry > 5", 0, "unknown field 'memry': did you mean 'memory'?")]
    [InlineData("dead or memroy_swap > 5", 8, "unknown field 'memroy_swap': did you mean 'memory_swap'?")]
    [InlineData("memory > \"abc\"", 9, "memory is a size, and \"abc\" is text; write for example memory > 200MiB")]
    [InlineData("cpu > 200MiB", 6, "cpu is a number of cores, and 200MiB is a size; write for example cpu > 0.8")]
    [InlineData("cpu > 80", 6, "cpu is a number of cores, and 80 is 8000%: did you mean 80%? (else write 8000%)")]
    [InlineData("dead or cpu < 64.07 for 5m", 14, "cpu is a number of cores, and 64.07 is 6407%: did you mean 64.07%? (else write 6407%)")]
    [InlineData("fd_ratio >= 90", 12, "fd_ratio is a ratio, and 90 is 9000%: did you mean 90%? (else write 9000%)")]
    [InlineData("memory > 200m", 9, "memory is a size, and 200m is a duration; write for example memory > 200MiB")]
    [InlineData("memory > 50%", 9, "memory is a size, and 50% is a percentage; write for example memory > 200MiB")]
    [InlineData("pid = 5s", 6, "pid is a plain number, and 5s is a duration; write for example pid > 10")]
    [InlineData("major_faults > 1kB", 15, "major_faults is a number per second, and 1kB is a size; write for example major_faults > 100")]
    [InlineData("memory > 200M", 12, "unknown unit 'M': did you mean 'MiB'?")]
    [InlineData("memory > 200mib", 12, "unknown unit 'mib': did you mean 'MiB'?")]
    [InlineData("uptime > 5min", 10, "unknown unit 'min': write B KiB MiB GiB TiB kB MB GB TB, or ms s m h d, or %")]
    [InlineData("uptime > 1h30m", 9, "a number is one number with at most one unit; write for example 90m instead of 1h30m")]
    [InlineData("memory", 0, "memory is a size and can't stand alone; write for example memory > 200MiB")]
    [InlineData("name", 0, "name is text and can't stand alone; write for example name = \"...\"")]
    [InlineData("name > \"a\"", 5, "name is text, and '>' does not apply to that; write for example name = \"...\"")]
    [InlineData("memory ~ \"a\"", 7, "memory is a size, and '~' does not apply to that; write for example memory > 200MiB")]
    [InlineData("dead > true", 5, "dead is a flag, and '>' does not apply to that; write for example dead or not dead")]
    [InlineData("dead = \"true\"", 7, "dead is a flag, and \"true\" is text; write for example dead or not dead")]
    [InlineData("name = nginx", 7, "name is text, and 'nginx' is not a value (text stands in quotes); write for example name = \"...\"")]
    [InlineData("memory > cpu", 9, "memory is a size, and 'cpu' is a field, not a value; write for example memory > 200MiB")]
    [InlineData("memory = true", 9, "memory is a size, and 'true' is the value of a flag; write for example memory > 200MiB")]
    [InlineData("memory >", 8, "memory is a size, and nothing follows; write for example memory > 200MiB")]
    [InlineData("memory > )", 9, "memory is a size, and ')' is not a value; write for example memory > 200MiB")]
    [InlineData("state = \"slepeing\"", 8, "state is never \"slepeing\": did you mean \"sleeping\"?")]
    [InlineData("container = '0123456789ab'", 12, "container is never '0123456789ab': an id has 64 digits; for those that begin so write container ~ \"^0123456789ab\"")]
    [InlineData("state != 'zombie'", 9, "state is never 'zombie': it is one of running sleeping waiting stopped defunct idle")]
    [InlineData("memory > 5MiB for", 17, "'for' takes a duration; write for example for 5m")]
    [InlineData("memory > 5MiB for 5", 18, "'for' takes a duration; write for example for 5m, not 5")]
    [InlineData("memory > 5MiB for 5MiB", 18, "'for' takes a duration; write for example for 5m, not 5MiB")]
    [InlineData("memory > 5MiB for ever", 18, "'for' takes a duration; write for example for 5m, not 'ever'")]
    [InlineData("memory > 5MiB for 0s", 18, "'for' takes a duration of more than 0 and at most 24h, and less is kept by default (sampling.history); write for example for 5m")]
    [InlineData("memory > 5MiB for 25h", 18, "'for' takes a duration of more than 0 and at most 24h, and less is kept by default (sampling.history); write for example for 5m")]
    [InlineData("memory > 5MiB for 5m and cpu > 1", 21, "'for' and its duration stand at the end of the whole expression, and 'and' follows; put all conditions before 'for'")]
    [InlineData("cpu > 1 for 5m for 6m", 15, "'for' and its duration stand at the end of the whole expression, and 'for' follows; put all conditions before 'for'")]
    [InlineData("(cpu > 1 for 5m)", 9, "'for' stands once, at the end of the whole expression and outside of parentheses; write for example memory > 200MiB for 5m")]
    [InlineData("for 5m", 0, "'for' stands once, at the end of the whole expression and outside of parentheses; write for example memory > 200MiB for 5m")]
    [InlineData("cpu > 1 and dead for 5m", 12, "nobody keeps earlier values of dead, so that it can't stand before 'for'; the fields that can are pid name exe cmdline group user container unit owner runtime "
        + "memory memory_anonymous cpu threads fds fd_ratio io_read io_write major_faults run_queue_wait threadpool_queue threadpool_threads gc_heap gc_pause_ratio exceptions requests uptime")]
    [InlineData("memory growing for 5m", 7, "memory growing looks back 10 minutes by itself and can't be asked for an earlier time; leave out 'for'")]
    [InlineData("memory_growth > 1MiB for 5m", 0, "memory_growth looks back 10 minutes by itself and can't be asked for an earlier time; leave out 'for'")]
    [InlineData("memory_swap growing", 12, "nobody keeps earlier values of memory_swap, so that it can't be told whether it is growing; those are kept of "
        + "memory memory_anonymous cpu threads fds io_read io_write major_faults run_queue_wait threadpool_queue threadpool_threads gc_heap gc_pause_ratio exceptions requests")]
    [InlineData("name growing", 5, "nobody keeps earlier values of name, so that it can't be told whether it is growing; those are kept of "
        + "memory memory_anonymous cpu threads fds io_read io_write major_faults run_queue_wait threadpool_queue threadpool_threads gc_heap gc_pause_ratio exceptions requests")]
    [InlineData("growing", 0, "'growing' follows a field; write for example memory growing")]
    [InlineData("memory > 5MiB growing", 14, "'growing' follows a field; write for example memory growing")]
    [InlineData("memory grwing", 0, "memory is a size and can't stand alone; write for example memory > 200MiB")]
    [InlineData("cpu > 1 FOR 5m", 8, "keywords are in lower case; write 'for'")]
    [InlineData("run_queue_wait > 5s", 17, "run_queue_wait is a number of seconds per second, and 5s is a duration; write for example run_queue_wait > 0.5")]
    [InlineData("runtime = 'java'", 10, "runtime is never 'java': it is one of dotnet jvm node python ruby php perl beam")]
    [InlineData("dead AND dead", 5, "keywords are in lower case; write 'and'")]
    [InlineData("NOT dead", 0, "keywords are in lower case; write 'not'")]
    [InlineData("true", 0, "'true' can only be compared with a flag; write for example dead = true")]
    [InlineData("dead has(unit)", 5, "'has' is a keyword and can't stand here; put 'and' or 'or' between two conditions")]
    [InlineData("dead dead", 5, "expected 'and', 'or' or the end here, not 'dead'")]
    [InlineData("dead)", 4, "this ')' closes nothing; take it away, or open a '(' before")]
    [InlineData("dead and (dead or dead", 9, "this '(' is never closed; add a ')'")]
    [InlineData("(dead 5)", 6, "expected 'and', 'or' or ')' here, not 5")]
    [InlineData("dead and", 8, "a condition is missing at the end; write for example memory > 200MiB")]
    [InlineData("and dead", 0, "a condition is missing before 'and'; write for example memory > 200MiB")]
    [InlineData("dead or or dead", 8, "a condition is missing before 'or'; write for example memory > 200MiB")]
    [InlineData("()", 1, "a condition starts with a field, not with ')'; write for example memory > 200MiB")]
    [InlineData("5 < memory", 0, "a condition starts with a field, not with 5; write for example memory > 200MiB")]
    [InlineData("has unit", 4, "has takes one field in parentheses; write for example has(unit)")]
    [InlineData("has(5)", 4, "has takes one field in parentheses; write for example has(unit)")]
    [InlineData("has(unit", 8, "has takes one field in parentheses; write for example has(unit)")]
    [InlineData("has(unti)", 4, "unknown field 'unti': did you mean 'unit'?")]
    [InlineData("pid == 5", 4, "'==' is written '=' here")]
    [InlineData("name =~ 'x'", 5, "'=~' is written '~' here")]
    [InlineData("dead && dead", 5, "'&&' is written 'and' here")]
    [InlineData("!dead", 0, "'!' is written 'not' here")]
    [InlineData("pid = 5; dead", 7, "unexpected ';'; text stands in quotes")]
    [InlineData("pid = \u00e9", 6, "unexpected character U+00E9; text stands in quotes")]
    [InlineData("name = \"abc", 7, "this text is never closed; end it with \" (a quote in the text is written \\\")")]
    [InlineData("name ~ 'ab[c'", 11, "invalid pattern: a '[' is never closed; end it with ']', or write \\[ for the character itself")]
    [InlineData("name ~ '\\\\da)'", 12, "invalid pattern: a ')' closes nothing; write \\) for the character itself")]
    [InlineData("name ~ '*a'", 8, "invalid pattern: "
        + "nothing stands before the repetition; write for example .* for any text, or escape it with \\")]
    [InlineData("name ~ '(?=a)'", 8, "invalid pattern: "
        + "it repeats too much or uses lookaround, a backreference or an atomic group, which can't be searched"
        + " in bounded time; write it without, or with smaller counts in {}")]
    public void Errors_say_what_where_and_what_to_do(string text, int position, string message)
    {
        Assert.False(Expression.TryParse(text, out Expression? expression, out ExpressionError? error));
        Assert.Null(expression);
        Assert.Equal(message, error.Message);
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("cpu > 64")]
    [InlineData("cpu > 8000%")]
    [InlineData("cpu > -80")]
    [InlineData("fd_ratio = 1")]
    [InlineData("gc_pause_ratio < 500%")]
    [InlineData("run_queue_wait > 80")] // summed over threads, of which there may be thousands
    public void A_percent_sign_is_missed_only_where_a_number_makes_no_sense_without(string text) => Assert.True(Expression.TryParse(text, out _, out _));

    [Fact]
    public void An_unlike_name_lists_the_fields()
    {
        Assert.False(Expression.TryParse("zzzzzz = 1", out _, out ExpressionError? error));
        Assert.StartsWith("unknown field 'zzzzzz': the fields are pid ppid name exe ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Length_and_depth_are_bounded()
    {
        Assert.False(Expression.TryParse(new string(' ', 4097), out _, out ExpressionError? error));
        Assert.Equal(new ExpressionError("the expression has 4097 characters, and at most 4096 are allowed; write it shorter", 4096), error);
        Assert.False(Expression.TryParse(new string('(', 65), out _, out error));
        Assert.Equal(new ExpressionError("more than 64 levels of parentheses and 'not'; write it flatter", 64), error);
        Assert.True(Expression.TryParse(new string('(', 64) + "dead" + new string(')', 64), out _, out _));
        Assert.False(Expression.TryParse($"pid = {new string('9', 400)}", out _, out error));
        Assert.Equal(new ExpressionError("this number is too large; write one below 1e308", 6), error);
    }
}
