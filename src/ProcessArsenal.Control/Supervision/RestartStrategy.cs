namespace ProcessArsenal.Control.Supervision;

/// <summary>Whom the failure of one child concerns (Erlang/OTP, supervisor(3)).</summary>
public enum RestartStrategy
{
    /// <summary>That child alone.</summary>
    OneForOne,

    /// <summary>All: the others are stopped, last first, and then all are started, first first.</summary>
    OneForAll,

    /// <summary>That child and those after it.</summary>
    RestForOne,
}

/// <summary>When a child that has ended is started again.</summary>
public enum RestartType
{
    /// <summary>Always.</summary>
    Permanent,

    /// <summary>After an abnormal end: anything but exit code 0, or one that nobody knows.</summary>
    Transient,

    /// <summary>Never, also when it was stopped for the sake of another.</summary>
    Temporary,
}
