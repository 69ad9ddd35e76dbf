namespace Maily.Deploy.Sandbox.Wires;

/// <summary>What a wire does to the bytes at which it was told to fail.</summary>
public enum WireFault
{
    /// <summary>All of the wire's connections are reset; new ones are served.</summary>
    Cut,

    /// <summary>Nothing passes in either direction for a while; then the connections are reset.</summary>
    Silence,

    /// <summary>The request passes, and the connection is reset at the first byte of its answer.</summary>
    LoseAnswer,

    /// <summary>The far side refuses: an answer that says so takes the place of the real one.</summary>
    Refuse,
}
