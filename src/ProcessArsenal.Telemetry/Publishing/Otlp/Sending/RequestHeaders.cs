using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>The headers of requests of one endpoint. Their file is looked at before each request and read when it has changed, so that a token can be
/// renewed without a restart; a file that can't be read leaves what was read before. As long as it never could, there are no requests: without
/// headers they may be refused, or be another tenant's. Used by one thread at a time.</summary>
internal sealed partial class RequestHeaders(OtlpEndpoint endpoint, ILogger logger)
{
    private const int MostBytes = 256 * 1024, MostSecrets = 2 * HeaderText.Most;
    private const string Missing = "there is no such file.";

    private IReadOnlyList<KeyValuePair<string, string>> _current = endpoint.Headers;
    private (DateTime Changed, long Length) _seen;
    private readonly ILogger _logger = endpoint.TellsOfHeaders ? logger : NullLogger.Instance;
    private string _lastWrong = "", _seenWrong = "";
    private readonly List<string> _secrets = [.. endpoint.Headers.Select(static header => header.Value)];
    private bool _isForAll, _wasRead;

    /// <summary>Values of headers that are or were in use: who renews a token does not want the old one in the log either.</summary>
    public IReadOnlyCollection<string> Secrets => _secrets;

    /// <param name="wrong">Why there are none, in words; null if there are.</param>
    /// <returns>Empty if there are none.</returns>
    public IReadOnlyList<KeyValuePair<string, string>> Current(out string? wrong)
    {
        wrong = null;
        if (endpoint.HeadersFile is not { } file) return _current;
        Look(file);
        if (_wasRead) return _current;
        wrong = endpoint.TellsOfHeaders ? $"there are no headers: {file}: {_lastWrong}" : "there are no headers";
        return [];
    }

    private void Look(string file)
    {
        try
        {
            var info = new FileInfo(file);
            // Of a link, as secrets of Kubernetes are, it is the target's time that tells.
            FileSystemInfo target = info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
            if (!target.Exists || target is not FileInfo found)
            {
                Say(file, Directory.Exists(file) ? "it is a directory." : Missing);
                return;
            }
            (DateTime, long) now = (found.LastWriteTimeUtc, found.Length);
            if (now == _seen)
            {
                _lastWrong = _seenWrong; // It may have been away, and come back as it was.
                return;
            }
            if (found.Length == 0)
            {
                Say(file, "it is empty, or no regular file."); // To open a pipe would wait.
                return;
            }
            if (found.Length > MostBytes)
            {
                Say(file, "it is too large: is it the right file?");
                return;
            }
            string text = File.ReadAllText(file, Encoding.UTF8);
            IReadOnlyList<KeyValuePair<string, string>> read = HeaderText.ParseLines(text, out string? wrong);
            (_seen, _seenWrong) = (now, wrong ?? "");
            if (wrong is not null)
            {
                Say(file, wrong); // Without some of its headers a request may be nobody's, or another tenant's.
                return;
            }
            (_lastWrong, _wasRead) = ("", true);
            _current = [.. endpoint.Headers.Where(header => !read.Any(other => other.Key == header.Key)), .. read];
            _secrets.AddRange(_current.Select(static header => header.Value).Where(value => !_secrets.Contains(value)));
            if (_secrets.Count > MostSecrets) _secrets.RemoveRange(0, _secrets.Count - MostSecrets);
            bool wasForAll = _isForAll;
            _isForAll = (found.UnixFileMode & UnixFileMode.OtherRead) != 0;
            if (_isForAll && !wasForAll) Log.WorldReadable(_logger, file);
        }
        catch (UnauthorizedAccessException)
        {
            Say(file, "we may not read it.");
        }
        catch (FileNotFoundException)
        {
            Say(file, Missing);
        }
        catch (IOException e)
        {
            Say(file, $"it can't be read ({e.GetType().Name}).");
        }
    }

    private void Say(string file, string wrong)
    {
        if (wrong == _lastWrong) return;
        _lastWrong = wrong;
        if (_wasRead) Log.Wrong(_logger, file, wrong); // Else nothing can be sent, which is said with the reason.
    }

    private static partial class Log
    {
        [LoggerMessage(210, LogLevel.Warning, "Headers of OTLP in {File}: {Wrong} The last good ones stay in use")]
        public static partial void Wrong(ILogger logger, string file, string wrong);

        [LoggerMessage(211, LogLevel.Warning, "Headers of OTLP in {File} can be read by every user of this host: chmod 600 the file")]
        public static partial void WorldReadable(ILogger logger, string file);
    }
}
