using CsCheck;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Who is meant: by what they can't choose, and by nothing else.</summary>
[Collection("Control")]
public sealed class SelectionTests : IDisposable
{
    private static readonly string[] Parts =
    [
        "name = \"tail\"", "exe = \"/usr/bin/tail\"", "exe ~ \"tail\"", "cmdline ~ \"null\"", "group = \"tail\"", "memory > 1GiB", "has(container)", "unit = \"x.service\"", "user = \"root\"", "memory_growth > 1MiB", "category = \"native\"", "dead",
    ];

    private readonly ControlPlace _place = new();
    private readonly TargetResolver _resolver;

    public SelectionTests() => _resolver = new TargetResolver(_place.Store, () => _place.Options);

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("name = \"tail\"")]
    [InlineData("group = \"tail\"")]
    [InlineData("cmdline ~ \"dev/null\"")]
    [InlineData("not name = \"sleep\"")]
    [InlineData("not group = \"sleep\"")]
    [InlineData("name != \"sleep\"")]
    [InlineData("has(name) and exe ~ \"sleep\"")]
    public async Task An_impostor_is_not_meant(string condition)
    {
        // It runs sleep, and has the name, the arguments and so the title of tail.
        Victim impostor = _place.Start("/bin/bash", "-c", "printf tail > /proc/self/comm; exec -a 'tail -f /dev/null' /bin/sleep 600");
        Victim renamed = _place.Start("/bin/bash", "-c", "printf tail > /proc/$$/comm; read -r line");
        await Eventually.True("it runs", () => Executable(impostor).EndsWith("sleep", StringComparison.Ordinal) && File.ReadAllText($"/proc/{renamed.Identity.Pid}/comm").Trim() == "tail");
        _place.Sample();
        ProcessIdentity[] meant = [.. _resolver.Resolve(ControlPlace.Where($"({condition}) and ppid = {Environment.ProcessId}")).Select(static target => target.Identity)];
        // Its comm became that of the file at exec: as far as "sleep" goes it is what it says.
        if (condition != "has(name) and exe ~ \"sleep\"") Assert.DoesNotContain(impostor.Identity, meant);
        if (condition != "not group = \"sleep\"") Assert.DoesNotContain(renamed.Identity, meant); // Its group is bash, by its executable: that is not sleep.
    }

    [Fact]
    public async Task Who_is_what_it_says_is_meant()
    {
        Victim real = _place.Start("/bin/tail", "-f", "/dev/null");
        await Eventually.True("it runs", () => Executable(real).EndsWith("tail", StringComparison.Ordinal));
        _place.Sample();
        foreach (string condition in (string[])["name = \"tail\"", "group = \"tail\"", "exe ~ \"/tail$\"", "not group = \"sleep\" and name != \"sleep\""])
            Assert.Contains(real.Identity, _resolver.Resolve(ControlPlace.Where($"{condition} and pid = {real.Identity.Pid}")).Select(static target => target.Identity));
    }

    [Fact]
    public async Task An_impostor_does_not_count_as_a_healthy_one()
    {
        Victim real = _place.Start("/bin/tail", "-f", "/dev/null"), renamed = _place.Start("/bin/bash", "-c", "printf tail > /proc/$$/comm; exec -a tail /bin/bash -c 'read -r line'");
        await Eventually.True("they are past their grace period", () =>
        {
            _place.Sample();
            return _resolver.MembersOf("tail").Contains(real.Identity);
        });
        Assert.DoesNotContain(renamed.Identity, _resolver.MembersOf("tail"));
    }

    [Fact]
    public async Task Nobody_is_touched_where_nobody_is_meant()
    {
        Victim victim = _place.Start();
        _place.Sample();
        foreach (string condition in (string[])["pid = 0", "memory > 1000000GiB", "has(container) and not has(container)", "memory > 0B for 23h"])
            Assert.Empty((await _place.Run(ControlPlace.Ask(new KillAction(), ControlPlace.Where(condition)))).Targets);
        Assert.Empty((await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of([])))).Targets);
        Assert.Empty(_place.Ledger!.Reader.List(null, 10).Actions);
        Assert.True(victim.IsAlive);
    }

    [Fact]
    public async Task Before_the_first_sample_a_condition_means_nobody()
    {
        Victim victim = _place.Start();
        Assert.Empty((await _place.Run(ControlPlace.Ask(new KillAction(), ControlPlace.Where("pid > 0")))).Targets);
        Assert.True(victim.IsAlive);
    }

    /// <summary>Whatever is asked: who is meant by what is proven is meant by what is seen too, or was named; and a condition and its opposite never mean the
    /// same process.</summary>
    [Fact]
    public void Proof_only_ever_takes_away()
    {
        _place.Start("/bin/bash", "-c", "printf tail > /proc/$$/comm; read -r line");
        _place.Start("/bin/tail", "-f", "/dev/null");
        _place.Sample();
        Gen<string> atom = Gen.Int[0, Parts.Length - 1].Select(static i => Parts[i]);
        Gen<string> condition = Gen.Select(atom, atom, atom, Gen.Int[0, 7], static (a, b, c, form) => form switch
        {
            0 => a,
            1 => $"not {a}",
            2 => $"{a} and {b}",
            3 => $"{a} or {b}",
            4 => $"not ({a} or {b})",
            5 => $"{a} and not {b} or {c}",
            6 => $"({a} or {b}) and not {c}",
            _ => $"not ({a} and {b} and {c})",
        });
        condition.Sample(text =>
        {
            HashSet<ProcessIdentity> meant = [.. _resolver.Resolve(ControlPlace.Where(text)).Select(static target => target.Identity)];
            HashSet<ProcessIdentity> opposite = [.. _resolver.Resolve(ControlPlace.Where($"not ({text})")).Select(static target => target.Identity)];
            using var lease = _place.Store.Acquire();
            HashSet<ProcessIdentity> seen = [];
            foreach (ref readonly Telemetry.Snapshots.ProcessRow row in lease.Snapshot!.Processes)
                if (ControlPlace.Parse(text).Evaluate(row) == Truth.True) seen.Add(row.Sample.Identity);
            // has() is two-valued, and category is made anew of what is proven: such a condition may mean others.
            bool isMonotone = !text.Contains("has(", StringComparison.Ordinal) && !text.Contains("category", StringComparison.Ordinal);
            return !meant.Overlaps(opposite) && (!isMonotone || meant.IsSubsetOf(seen));
        }, iter: 2000, threads: 1);
    }

    private static string Executable(Victim victim) => new FileInfo($"/proc/{victim.Identity.Pid}/exe").LinkTarget ?? "";
}
