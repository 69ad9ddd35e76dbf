using System.Threading.Channels;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>
/// Runs all controllers, one round after another. A round looks at the whole cluster and takes every next step; it is followed
/// by another while something changes, and by a rest while nothing does.
/// </summary>
internal sealed class ControllerLoop : IAsyncDisposable
{
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    readonly ClusterState state;
    readonly CancellationTokenSource stop = new();
    readonly Channel<bool> changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly IReadOnlyList<IController> controllers;
    readonly IDisposable following;
    readonly Task running;

    public ControllerLoop(ClusterState state)
    {
        this.state = state;
        var cluster = new ClusterAccess(state, new ObjectWriter(state), new Deletion(state));
        controllers = ControllerList.Of(state, cluster);
        ClusterContent.Create(cluster, state.Options);
        following = state.Store.Follow(state.Store.Version, _ => Wake());
        state.Faults.Changed += Wake;
        Wake();
        running = Task.Run(Run, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        following.Dispose();
        state.Faults.Changed -= Wake;
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    void Wake() => changed.Writer.TryWrite(true);

    async Task Run()
    {
        try
        {
            while (!stop.IsCancellationRequested) await Round();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The cluster is being stopped between two steps.
            changed.Writer.TryComplete();
        }
    }

    async Task Round()
    {
        await Task.WhenAny(changed.Reader.WaitToReadAsync(stop.Token).AsTask(), Task.Delay(Rest, state.Options.Time, stop.Token));
        stop.Token.ThrowIfCancellationRequested();
        while (changed.Reader.TryRead(out _)) { }
        foreach (var controller in controllers)
        {
            try
            {
                await controller.Reconcile(stop.Token);
            }
            catch (ApiException fault) when (fault.Code is 403 or 404 or 409 or 422)
            {
                // Something changed between looking and acting: the next round looks again.
                Wake();
            }
        }

        await Task.Delay(state.Options.Pace, state.Options.Time, stop.Token);
    }
}

/// <summary>Moves a part of the cluster one step closer to what is wanted.</summary>
internal interface IController
{
    Task Reconcile(CancellationToken ct);
}
