namespace ProcessArsenal.Control.Policies.Running;

/// <summary>The time of day, which goes on also while a clock that ran ahead is set back: else nothing that has a deadline would end until it is there again. As long as it is ahead it goes a tenth
/// slower, so that small corrections are made up for. Safe for concurrent use.</summary>
internal sealed class ForwardClock(TimeProvider time)
{
    private const double Slower = 0.9;

    private readonly Lock _lock = new();
    private DateTimeOffset _last = time.GetUtcNow();
    private long _at = time.GetTimestamp();

    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                DateTimeOffset told = time.GetUtcNow();
                long at = time.GetTimestamp();
                TimeSpan gone = time.GetElapsedTime(_at, at);
                DateTimeOffset own = told >= _last + gone ? told : _last + (gone * Slower);
                (_at, _last) = (at, told > own ? told : own);
                return _last;
            }
        }
    }
}
