using System.Globalization;
using System.Text;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Reads the text of a configuration file, within bounds.</summary>
internal static class ConfigurationFile
{
    /// <summary>Bytes. A thousand rules are a tenth of it.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Null if it can't be read, which is then reported.</summary>
    /// <param name="source">Who named the file: <c>--config</c>, a variable, or the file itself.</param>
    public static string? Read(string path, string source, ErrorList errors)
    {
        string? wrong;
        try
        {
            if (Directory.Exists(path)) wrong = "it is a directory: name the file in it.";
            else
            {
                // A pipe may have nobody at its other end.
                Task<byte[]?> reading = Task.Run(() => ReadBounded(path));
                byte[]? bytes = WaitFor(reading);
                if (bytes is not null) return Decode(bytes, path, errors);
                wrong = string.Create(CultureInfo.InvariantCulture,
                    $"it is larger than {MaxBytes} bytes, which is the limit: is it the right file?");
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            wrong = "there is no such file: create it, or name another.";
        }
        catch (TimeoutException)
        {
            wrong = "nothing came for ten seconds: is there somebody at the other end of this pipe?";
        }
        catch (UnauthorizedAccessException)
        {
            wrong = "we may not read it: give our user permission.";
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            wrong = $"it can't be read ({e.GetType().Name}): check the path and the disk.";
        }
        errors.Add(new ConfigurationError(source, 0, 0, source == path ? wrong : $"'{Telemetry.Text.Quoting.Cap(path, 200)}': {wrong}"));
        return null;
    }

    private static byte[]? WaitFor(Task<byte[]?> reading)
    {
        if (Task.WaitAny([reading], Deadline) < 0) throw new TimeoutException();
        return reading.GetAwaiter().GetResult();
    }

    /// <summary>All of it; null if it is too large. Never trusts the length: it may be a pipe, or growing.</summary>
    private static byte[]? ReadBounded(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] buffer = new byte[MaxBytes + 1];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length > MaxBytes ? null : buffer[..length];
    }

    private static string? Decode(byte[] bytes, string path, ErrorList errors)
    {
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        ReadOnlySpan<byte> text = bytes;
        if (text.StartsWith(Encoding.UTF8.Preamble)) text = text[Encoding.UTF8.Preamble.Length..];
        try
        {
            return strict.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            ReadOnlySpan<byte> good = text[..Math.Clamp(e.Index, 0, text.Length)];
            int column = Encoding.UTF8.GetCharCount(good[(good.LastIndexOf((byte)'\n') + 1)..]) + 1;
            errors.Add(new ConfigurationError(path, good.Count((byte)'\n') + 1, column,
                "not valid UTF-8: save the file in that encoding."));
            return null;
        }
    }
}
