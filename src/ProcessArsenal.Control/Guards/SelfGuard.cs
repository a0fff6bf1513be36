namespace ProcessArsenal.Control.Guards;

/// <summary>What nobody may touch, not even by force: the first process of the host, ourselves and those that started us, and threads of the kernel.</summary>
internal sealed class SelfGuard : Guard
{
    public override string Name => "untouchable";

    public override bool IsOfEach => true;

    public override string? Check(GuardContext context)
    {
        if (context.Request.Action.OnlyLooks) return null;
        int pid = context.Facts.Identity.Pid;
        if (pid == 1) return "it is the first process: without it the host, or the container, ends";
        if (context.Facts.IsKernelThread) return "it is a thread of the kernel";
        if (pid == Environment.ProcessId) return "it is this exporter: stop it by who started it (systemctl stop process-arsenal)";
        return context.State.Ancestors.Have(context.Facts.Identity) ? "it is one of those that started this exporter, which might end with it" : null;
    }
}
