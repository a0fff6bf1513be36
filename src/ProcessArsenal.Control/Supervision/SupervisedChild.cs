using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>A child that its supervisor has, as something can be done to it: whether or not it runs.</summary>
public sealed class SupervisedChild
{
    internal SupervisedChild(Supervisor supervisor, ChildSpec spec)
    {
        (Supervisor, Spec, Name) = (supervisor, spec, new ChildName(supervisor.Name, spec.Name));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(Name.ToString()), hash);
        Key = new ProcessIdentity(0, BinaryPrimitives.ReadUInt64LittleEndian(hash), 0);
    }

    public ChildName Name { get; }

    public ChildSpec Spec { get; }

    /// <summary>As it is now.</summary>
    public ChildView View => Supervisor.View.Children.First(child => child.Name == Spec.Name);

    internal Supervisor Supervisor { get; }

    /// <summary>Stands for it where what is under way is noted by identity, as it may have no process: of pid 0, which no process has.</summary>
    internal ProcessIdentity Key { get; }
}
