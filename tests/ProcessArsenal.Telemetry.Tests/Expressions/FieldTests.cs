using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class FieldTests
{
    /// <summary>Each field: a condition that is true of the full row, and whether it can be missing.</summary>
    private static readonly (string Field, string Condition, bool CanBeMissing)[] Cases =
    [
        ("pid", "pid = 42", false),
        ("ppid", "ppid = 1", false),
        ("name", "name = \"nginx\"", false),
        ("exe", "exe = '/usr/sbin/nginx'", true),
        ("cmdline", "cmdline ~ 'daemon off;$'", true),
        ("group", "group != 'db'", true),
        ("user", "user = 'www'", true),
        ("container", "container ~ '^a{64}$'", true),
        ("unit", "unit ~ '\\.service$'", true),
        ("owner", "owner ~ '^a{64}$'", true),
        ("runtime", "runtime = 'dotnet'", true),
        ("category", "category = 'web-server'", false),
        ("state", "state = 'sleeping'", true),
        ("dead", "dead = false", false),
        ("memory", "memory >= 400KiB", true),
        ("memory_anonymous", "memory_anonymous = 4KiB", true),
        ("memory_swap", "memory_swap = 8192", true),
        ("memory_growth", "memory_growth > 1kB", true),
        ("memory_virtual", "memory_virtual = 1GiB", true),
        ("cpu", "cpu = 80%", true),
        ("cpu_time", "cpu_time > 1ms", false),
        ("threads", "threads = 4", false),
        ("fds", "fds = 512", true),
        ("fd_ratio", "fd_ratio = 50%", true),
        ("io_read", "io_read = 1kB", true),
        ("io_write", "io_write = 2KB", true),
        ("major_faults", "major_faults <= 3", true),
        ("run_queue_wait", "run_queue_wait = 50%", true),
        ("threadpool_queue", "threadpool_queue = 7", true),
        ("threadpool_threads", "threadpool_threads = 8", true),
        ("gc_heap", "gc_heap = 64MiB", true),
        ("gc_pause_ratio", "gc_pause_ratio = 5%", true),
        ("exceptions", "exceptions = 1.5", true),
        ("requests", "requests = 200", true),
        ("uptime", "uptime = 2h", true),
    ];

    [Fact]
    public void Every_field_of_the_catalogue_has_a_case() =>
        Assert.Equal(FieldCatalogue.All.Select(f => f.Name), Cases.Select(c => c.Field));

    [Fact]
    public void Every_field_is_read_where_present_and_unknown_where_missing()
    {
        ProcessRow full = Rows.Full();
        ProcessRow bare = Rows.Bare();
        foreach ((string field, string condition, bool canBeMissing) in Cases)
        {
            if (field == "memory_growth") continue; // Of earlier samples: GrowthTests.
            Assert.True(Rows.Evaluate(condition, in full) == Truth.True, condition);
            Assert.True(Rows.Evaluate($"has({field})", in full) == Truth.True, field);
            Assert.True(Rows.Evaluate($"has({field})", in bare) == (canBeMissing ? Truth.False : Truth.True), field);
            Assert.True(Rows.Evaluate(condition, in bare) == Truth.Unknown == canBeMissing, condition);
            Assert.True(Rows.Evaluate($"not {condition}", in bare) == Truth.Unknown == canBeMissing, condition);
        }
    }

    [Fact]
    public void Pages_and_ticks_are_converted_by_the_constants_of_this_machine()
    {
        ProcessRow row = Rows.Full();
        Assert.Equal(100.0 * SystemConstants.PageSize, ((NumberField)FieldCatalogue.Find("memory")!).Read(in row));
        Assert.Equal(200.0 / SystemConstants.ClockTicksPerSecond, ((NumberField)FieldCatalogue.Find("cpu_time")!).Read(in row));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("memory_anonymous")]
    [InlineData("memory_swap")]
    [InlineData("memory_virtual")]
    [InlineData("fds")]
    [InlineData("fd_ratio")]
    [InlineData("state")]
    public void What_the_kernel_tells_by_an_ended_main_thread_is_unknown(string field)
    {
        ProcessRow row = Rows.Full((byte)'Z', threads: 3);
        Assert.Equal(Truth.False, Rows.Evaluate($"has({field})", in row));
        Assert.Equal(Truth.False, Rows.Evaluate("dead", in row));
    }

    [Theory]
    [InlineData('Z', false)]
    [InlineData('I', true)]
    public void Zombies_and_kernel_threads_have_no_memory_which_is_zero(char state, bool kernel)
    {
        ProcessRow row = Rows.Full((byte)state, threads: 1, kernel, hasMemory: false);
        row.Sample.Statm = default(ProcStatm);
        row.Sample.Stat.VirtualBytes = 0;
        foreach (string field in new[] { "memory", "memory_anonymous", "memory_swap", "memory_virtual" })
            Assert.Equal(Truth.True, Rows.Evaluate($"{field} = 0", in row));
        row.Sample.Status = null;
        row.Sample.Statm = null;
        Assert.Equal(Truth.Unknown, Rows.Evaluate("memory = 0", in row));
        Assert.Equal(Truth.Unknown, Rows.Evaluate("memory_swap = 0", in row));
    }

    [Fact]
    public void Without_memory_for_no_known_reason_it_is_unknown()
    {
        ProcessRow row = Rows.Full(hasMemory: false);
        Assert.Equal(Truth.Unknown, Rows.Evaluate("memory_anonymous = 0", in row));
    }

    [Fact]
    public void What_is_no_number_is_unknown()
    {
        ProcessRow row = Rows.Full();
        row.Rates.Cpu = double.NaN;
        Assert.Equal(Truth.Unknown, Rows.Evaluate("not cpu > 1", in row));
        row.Rates.Cpu = double.PositiveInfinity;
        Assert.Equal(Truth.Unknown, Rows.Evaluate("cpu > 1", in row));
        row.Description = new() { Name = "x", DescriptorLimit = 0 };
        Assert.Equal(Truth.False, Rows.Evaluate("has(fd_ratio)", in row));
    }

    [Theory]
    [InlineData("name = 'a' and not pid = 1 or has(exe) and cmdline ~ 'x' and user = 'u' and container = 'c' and unit = 'u'", true)]
    [InlineData("name = 'a' and group = 'g'", false)]
    [InlineData("not dead", false)]
    [InlineData("has(memory)", false)]
    [InlineData("ppid = 1", false)]
    public void Only_the_description_is_static(string text, bool expected) => Assert.Equal(expected, Rows.Parse(text).IsStatic);

    [Theory]
    [InlineData("memory_swap = 8KiB", Truth.True)]
    [InlineData("memory_swap = 8.192kB", Truth.True)]
    [InlineData("memory_swap != 8192B", Truth.False)]
    [InlineData("memory_swap < 1MB and memory_swap < 1GB and memory_swap < 1TB and memory_swap < 1TiB", Truth.True)]
    [InlineData("uptime = 120m and uptime = 7200s and uptime = 7200000ms and uptime < 1d", Truth.True)]
    [InlineData("cpu > -1", Truth.True)]
    [InlineData("name !~ 'gin'", Truth.False)]
    [InlineData("name ~ 'GIN'", Truth.False)]
    [InlineData("name ~ '(?i)GIN'", Truth.True)]
    [InlineData("cmdline = 'nginx -g daemon off;'", Truth.True)]
    public void Values_units_and_operators(string text, Truth expected)
    {
        ProcessRow row = Rows.Full();
        Assert.Equal(expected, Rows.Evaluate(text, in row));
    }
}
