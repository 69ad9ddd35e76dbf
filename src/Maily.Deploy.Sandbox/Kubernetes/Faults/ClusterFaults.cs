using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Kubernetes.Faults;

/// <summary>What goes wrong in a cluster, until it is cleared. The last fault that fits a workload or request counts.</summary>
public sealed class ClusterFaults
{
    ImmutableList<WorkloadFault> workloads = [];
    ImmutableList<ApiFault> requests = [];

    /// <summary>Raised after each change, so that controllers look again.</summary>
    internal event Action? Changed;

    /// <summary>Lets a workload's new pods fail; the result ends the fault when disposed.</summary>
    public IDisposable Add(WorkloadFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ImmutableInterlocked.Update(ref workloads, faults => faults.Add(fault));
        Changed?.Invoke();
        return new End(() =>
        {
            ImmutableInterlocked.Update(ref workloads, faults => faults.Remove(fault));
            Changed?.Invoke();
        });
    }

    /// <summary>Lets requests fail; the result ends the fault when disposed.</summary>
    public IDisposable Add(ApiFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ImmutableInterlocked.Update(ref requests, faults => faults.Add(fault));
        return new End(() => ImmutableInterlocked.Update(ref requests, faults => faults.Remove(fault)));
    }

    /// <summary>Ends all faults.</summary>
    public void Clear()
    {
        workloads = [];
        requests = [];
        Changed?.Invoke();
    }

    internal WorkloadFailure? Of(string ns, string workload, IEnumerable<string> images) =>
        workloads.LastOrDefault(fault => fault.Fits(ns, workload, images))?.Failure;

    internal ApiFault? Of(string method, string path, bool watches) => requests.LastOrDefault(fault => fault.Fits(method, path, watches) && fault.Take());

    sealed class End(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
