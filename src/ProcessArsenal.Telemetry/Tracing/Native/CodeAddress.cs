namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Where code is, in one word: 48 bits of address, as user space and kernel have them (with four levels of page tables), and what it is of.</summary>
internal static class CodeAddress
{
    private const int Bits = 48;
    private const ulong Mask = (1UL << Bits) - 1;
    private const ushort Kernel = 0xFFFF;

    /// <summary>Of the kernel; its upper bits are all set.</summary>
    public static ulong OfKernel(ulong address) => (address & Mask) | ((ulong)Kernel << Bits);

    /// <param name="place">Of <see cref="MappedFiles"/>.</param>
    public static ulong Of(ushort place, ulong address) => (address & Mask) | ((ulong)place << Bits);

    public static bool IsKernel(ulong code) => code >> Bits == Kernel;

    public static ushort PlaceOf(ulong code) => (ushort)(code >> Bits);

    /// <summary>In the memory of the process; or of the kernel.</summary>
    public static ulong AddressOf(ulong code) => IsKernel(code) ? code : code & Mask;
}
