namespace ProcessArsenal.Tests;

/// <summary>A run of one of tests/targets/native, which `make natives` compiles.</summary>
internal sealed class NativeTarget : TargetProgram
{
    private NativeTarget(string[] line)
        : base(line)
    {
    }

    /// <summary>Starts one, and waits until it has begun.</summary>
    /// <param name="name">seventy, seventy-rust, instep, jit, nap.</param>
    /// <param name="prefix">What it is started by.</param>
    public static Task<NativeTarget> Start(string name, params string[] prefix) => StartAt(PathOf(name), prefix);

    /// <summary>The same of a copy.</summary>
    public static Task<NativeTarget> StartAt(string path, params string[] prefix) => Ready(new NativeTarget([.. prefix, path]));

    /// <summary>Where one is; the test is passed over if it could not be compiled.</summary>
    public static string PathOf(string name)
    {
        string path = Path.Join(Golden.Root(), "artifacts/native", name);
        Assert.SkipUnless(File.Exists(path), $"{path} is missing: make natives compiles it{(name.EndsWith("-rust", StringComparison.Ordinal) ? ", where rustc is" : "")}.");
        return path;
    }
}
