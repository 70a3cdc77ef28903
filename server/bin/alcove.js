#!/usr/bin/env node
// Node links a package's commands at install time, before anything is built: this file always exists.
import '../dist/main.js';
