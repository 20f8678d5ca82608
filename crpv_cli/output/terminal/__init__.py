"""What a terminal shows, or a pipe that reads text: lines of pieces, each with its style."""
