using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Dumps;

/// <summary>Traps in /tmp of the target, as if its names could be predicted: they lead nowhere, and nobody waits.</summary>
public sealed class DumpPlaceTests : IDisposable
{
    private readonly ProcFs _proc = ProcFs.Open();
    private readonly ProcessDirectory _self;
    private readonly string _name = "test" + Guid.NewGuid().ToString("N");
    private readonly string _secret = Path.GetTempFileName();

    public DumpPlaceTests()
    {
        Assert.Equal(ReadOutcome.Ok, _proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self));
        _self = self!;
        File.WriteAllText(_secret, "a secret");
    }

    [Fact]
    public void What_is_written_there_can_be_taken_and_nothing_is_left()
    {
        DumpPlace place = Open();
        using (place)
        {
            Assert.Null(place.Make());
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Made)); // We are the user.
            File.WriteAllText(place.File, "core");
            Assert.Equal(4, place.Length);
            using SafeFileHandle file = place.Take()!;
            Assert.True(place.Remove());
            Assert.False(Path.Exists(Made));
            Assert.Equal(4, RandomAccess.GetLength(file));
        }
    }

    [Theory]
    [InlineData("link to a directory")]
    [InlineData("dangling link")]
    [InlineData("file")]
    [InlineData("fifo")]
    [InlineData("directory")]
    public void A_trap_in_place_of_the_directory_is_not_entered_and_not_removed(string trap)
    {
        string elsewhere = Directory.CreateTempSubdirectory("elsewhere-").FullName;
        try
        {
            if (trap == "file") File.WriteAllText(Made, "x");
            else if (trap == "fifo") Assert.Equal(0, Files.MakeFifo(Made, 0b110_110_110));
            else if (trap == "directory") Directory.CreateDirectory(Made);
            else Directory.CreateSymbolicLink(Made, trap == "dangling link" ? elsewhere + "/not-there" : elsewhere);
            using (DumpPlace place = Open()) Assert.Contains("nothing can be made by us (errno 17)", place.Make(), StringComparison.Ordinal);
            Assert.True(new FileInfo(Made).LinkTarget is not null || Path.Exists(Made));
            Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
        }
        finally
        {
            if (trap == "directory") Directory.Delete(Made);
            else File.Delete(Made);
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Theory]
    [InlineData("link", "somebody has put a link in its place")]
    [InlineData("fifo", "what is in its place is no file")]
    [InlineData("directory", "what is in its place is no file")]
    [InlineData("other name", "what is in its place has another name too")]
    [InlineData("nothing", "its runtime says that it is written, but it is not there")]
    [InlineData("foreign", "what is in its place is of another user (uid 65534)")]
    public void A_trap_in_place_of_the_dump_is_not_taken(string trap, string reason)
    {
        Assert.SkipUnless(trap != "foreign" || DumpBench.IsRoot, "A file of another user takes root.");
        using (DumpPlace place = Open())
        {
            Assert.Null(place.Make());
            if (trap == "link") File.CreateSymbolicLink(place.File, _secret);
            else if (trap == "fifo") Assert.Equal(0, Files.MakeFifo(place.File, 0b110_110_110));
            else if (trap == "directory") Directory.CreateDirectory(place.File);
            else if (trap == "other name") DumpBench.Run("ln", _secret, place.File);
            else if (trap == "foreign")
            {
                File.WriteAllText(place.File, "forged");
                DumpBench.Run("chown", "65534", place.File);
            }
            Assert.Null(place.Take());
            Assert.StartsWith(reason, place.Why, StringComparison.Ordinal);
            Assert.Equal(trap != "directory", place.Remove());
            if (trap == "directory") Directory.Delete(place.File);
        }
        Assert.False(Path.Exists(Made));
        Assert.Equal("a secret", File.ReadAllText(_secret));
    }

    [Fact]
    public void What_others_have_put_beside_it_is_let_be()
    {
        using (DumpPlace place = Open())
        {
            Assert.Null(place.Make());
            File.WriteAllText(place.File, "core");
            File.WriteAllText(Path.Join(Made, "beside"), "somebody's");
            Assert.False(place.Remove());
            Assert.Equal([Path.Join(Made, "beside")], Directory.GetFileSystemEntries(Made));
            File.Delete(Path.Join(Made, "beside"));
        }
        Assert.False(Path.Exists(Made));
    }

    /// <summary>createdump follows links, and its arguments are there for all to read.</summary>
    [Fact]
    public async Task Into_it_only_the_user_of_the_process_can_write()
    {
        Assert.SkipUnless(DumpBench.IsRoot, "A process of another user takes root.");
        await using var bench = new DumpBench();
        Pipeline.Victim victim = bench.Place.Start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "/bin/sh", "-c", "echo ready; exec sleep 600");
        Assert.Equal("ready", victim.Line());
        Assert.Equal(ReadOutcome.Ok, _proc.OpenProcess(victim.Identity.Pid, out ProcessDirectory? directory));
        using (directory)
        {
            using DumpPlace place = DumpPlace.Find(directory!, out _, () => _name)!;
            Assert.Null(place.Make());
            Assert.ThrowsAny<Exception>(() => DumpBench.Run("setpriv", "--reuid=65533", "--regid=65534", "--clear-groups", "--", "ln", "-s", _secret, place.File));
            Assert.ThrowsAny<Exception>(() => DumpBench.Run("setpriv", "--reuid=65533", "--regid=65534", "--clear-groups", "--", "ls", Made));
            Assert.ThrowsAny<Exception>(() => DumpBench.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "ls", Made));
            Assert.Null(place.Take());
            DumpBench.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "touch", place.File);
            using SafeFileHandle? file = place.Take();
            Assert.NotNull(file);
        }
        Assert.False(Path.Exists(Made));
    }

    [Theory]
    [InlineData("/tmp", "../../etc", "passwd")]
    [InlineData("/tmp", "process-arsenal-dump-/../../etc", "passwd")]
    [InlineData("/", "etc", "passwd")]
    public void What_was_noted_must_be_a_name_of_ours(string folder, string name, string file)
    {
        Assert.Equal(ReadOutcome.Ok, _self.ReadMountNamespace(out ulong mounts));
        Assert.Null(DumpPlace.Reopen(_self, new DumpLocation(folder, name, file, mounts)));
        Assert.Null(DumpPlace.Reopen(_self, new DumpLocation("/tmp", DumpBench.Prefix + "x", "../x", mounts)));
        Assert.Null(DumpPlace.Reopen(_self, new DumpLocation("/tmp", DumpBench.Prefix + "x", "x", mounts + 1)));
    }

    public void Dispose()
    {
        _self.Dispose();
        _proc.Dispose();
        File.Delete(_secret);
    }

    private string Made => $"/tmp/{DumpBench.Prefix}{_name}";

    private DumpPlace Open() => DumpPlace.Find(_self, out string? why, () => _name) ?? throw new InvalidOperationException(why);
}
