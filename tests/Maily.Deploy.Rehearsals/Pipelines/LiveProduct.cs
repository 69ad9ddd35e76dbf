using Maily.Deploy.Rehearsals.Pipelines;

[assembly: AssemblyFixture(typeof(LiveProduct))]

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>
/// One product that is live, for all tests that leave it as it was. Each borrows it for itself, with a clean workspace and no faults.
/// </summary>
public sealed class LiveProduct : IAsyncDisposable
{
    readonly SemaphoreSlim turn = new(1, 1);
    Product? product;

    /// <summary>Waits for one's turn; the first one deploys.</summary>
    internal async Task<Loan> BorrowAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (product is { IsBroken: true })
                await ForgetAsync(product);
            product ??= await DeployAsync(cancellation);
            return new(product, await product.Workspace.CloneAgainAsync(cancellation), turn);
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (product is not null)
            await ForgetAsync(product);
        turn.Dispose();
    }

    ValueTask ForgetAsync(Product broken)
    {
        product = null;
        return broken.DisposeAsync();
    }

    static async Task<Product> DeployAsync(CancellationToken cancellation)
    {
        var product = await Product.StartAsync(cancellation);
        try
        {
            (await product.RunAsync(cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>The live product, until it is given back.</summary>
    internal sealed class Loan(Product product, Workspace workspace, SemaphoreSlim turn) : IDisposable
    {
        static readonly Dictionary<string, string?> Unchanged = [];

        /// <summary>The product.</summary>
        public Product Product => product;

        /// <summary>A clone for this test alone.</summary>
        public Workspace Workspace => workspace;

        /// <summary>Runs to the end in this test's clone.</summary>
        public Task<DeployerRun> RunAsync(CancellationToken cancellation, params string[] arguments) =>
            product.RunAsync(workspace, Unchanged, cancellation, arguments);

        /// <summary>Runs to the end in this test's clone with some variables changed.</summary>
        public Task<DeployerRun> RunAsync(IReadOnlyDictionary<string, string?> changes, CancellationToken cancellation, params string[] arguments) =>
            product.RunAsync(workspace, changes, cancellation, arguments);

        /// <summary>Starts a run in this test's clone.</summary>
        public Task<Deployer> BeginAsync(params string[] arguments) => product.BeginAsync(workspace, Unchanged, arguments);

        /// <summary>Starts to deploy a new release and comes back when its first rollout is under way; it waits until the faults are cleared.</summary>
        public async Task<Deployer> BeginRolloutThatHangsAsync(CancellationToken cancellation)
        {
            var before = await product.ReadAsync(cancellation);
            await workspace.ReleaseAsync($"a release that hangs {Guid.NewGuid()}", cancellation);
            product.HangRollout();
            var deployer = await BeginAsync("DeployProduction");
            await deployer.UntilAsync(() => product.HasNewImage(before), cancellation);
            return deployer;
        }

        /// <summary>Ends all faults.</summary>
        public void ClearFaults() => product.ClearFaults();

        public void Dispose()
        {
            product.ClearFaults();
            workspace.Dispose();
            turn.Release();
        }
    }
}
