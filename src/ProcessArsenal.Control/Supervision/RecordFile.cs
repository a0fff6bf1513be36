using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>The file of a supervisor's record, written as a whole (mode 0600), by one write at a time: whoever comes meanwhile takes the place of who waits. A disk
/// that hangs holds a thread, and no supervisor.</summary>
internal sealed class RecordFile(string path)
{
    private const int MostBytes = 4 << 20;

    private readonly Lock _lock = new();
    private SupervisorRecord? _next;
    private Task _writing = Task.CompletedTask;

    /// <summary>Why it could not be written the last time; null if it could.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Reads it.</summary>
    /// <param name="why">Why it can't be believed; null if it can, or is not there.</param>
    public SupervisorRecord? Read(out string? why)
    {
        using SafeFileHandle? file = OwnFile.Open(path, out why);
        if (why is not null) why = $"{path} {why}";
        if (file is null) return null;
        long length = RandomAccess.GetLength(file);
        byte[] json = new byte[Math.Min(length, MostBytes)];
        int read = RandomAccess.Read(file, json, 0);
        SupervisorRecord? record = length > MostBytes || read < length ? null : RecordJson.Read(json);
        if (record is null) why = $"{path} is not what we wrote: it is left out, and written anew";
        return record;
    }

    /// <summary>Has it written soon.</summary>
    public void Write(SupervisorRecord record)
    {
        lock (_lock)
        {
            bool isWriting = _next is not null || !_writing.IsCompleted;
            _next = record;
            if (!isWriting) _writing = Task.Run(WriteAll);
        }
    }

    /// <summary>Waits until all is written.</summary>
    /// <returns>Whether it was in time.</returns>
    public async Task<bool> FlushAsync(TimeSpan within, TimeProvider time)
    {
        Task writing;
        lock (_lock) writing = _writing;
        try
        {
            await writing.WaitAsync(within, time).ConfigureAwait(false);
            return Trouble is null;
        }
        catch (TimeoutException)
        {
            Trouble = $"{path} was not written in time: the disk hangs, or is overloaded";
            return false;
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            SupervisorRecord? record;
            lock (_lock)
            {
                record = _next;
                _next = null;
                if (record is null)
                {
                    _writing = Task.CompletedTask;
                    return;
                }
            }
            try
            {
                TokenFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Default.Record));
                Trouble = null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Trouble = $"{path} can't be written: {e.Message}";
            }
        }
    }
}
