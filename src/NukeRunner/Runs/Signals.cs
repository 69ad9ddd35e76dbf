using System.Runtime.InteropServices;

namespace NukeRunner.Runs;

/// <summary>Hears Ctrl+C and SIGTERM while a run goes on.</summary>
internal sealed class Signals : IDisposable
{
    readonly PosixSignalRegistration[] registrations;

    public Signals(Func<bool> handle)
        => registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, x => x.Cancel = handle()),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, x => x.Cancel = handle()),
        ];

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }
}
