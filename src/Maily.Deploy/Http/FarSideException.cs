using System.Net;

namespace Maily.Deploy.Http;

/// <summary>A far side answered with an error.</summary>
public sealed class FarSideRefusedException(string farSide, string request, HttpStatusCode status, string? code, string evidence, string remedy)
    : DeployException($"{farSide} answered {(int)status}{(code is null ? "" : $" ({code})")} to {request}.", remedy, evidence)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The far side's own name of the error; null where it gave none.</summary>
    public string? Code { get; } = code;

    /// <inheritdoc/>
    public override bool LeavesDoubt => (int)Status >= 500;
}

/// <summary>
/// A far side gave no answer: no connection, a connection that was cut, or a time-out. A request that changes something
/// may have taken effect all the same.
/// </summary>
public sealed class FarSideSilentException(string farSide, string request, string evidence, Exception? cause)
    : DeployException($"{farSide} gave no answer to {request}.", $"Check the network and {farSide}'s status page, then try again.", evidence, cause)
{
    /// <inheritdoc/>
    public override bool LeavesDoubt => true;
}
